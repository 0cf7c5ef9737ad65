"""The words: Jinja2 templates and labels in French and English, and the renderer that fills them.

Every sentence that a person reads is here; none is in Python.
"""
