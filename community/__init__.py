"""What a network of peers does: pure rules and use cases, one module per capability.

One public method of a service = one thing a person can do = one transaction.
Knows no Discord, no HTTP and no template; what it needs from outside is declared in ``ports.py``.
"""
