"""What members type, including what nobody would."""

from hypothesis import strategies as st

_NASTY = st.sampled_from(
    [
        "*", "**", "***", "_", "__", "~~", "|", "||", "`", "```", "```py\n", "\\", "\\\\", "[", "]", "(", ")",
        "](",
        "[x](https://a.fr)",
        "<", ">", "> ", ">>> ", "# ", "## ", "-# ", "- ", "* ", "+ ", "1. ", "12. ", "\n", "\n\n",
        "\r\n", "\u2028", "@everyone", "@here", "@Everyone", "@", "<@123456789>", "<@!1>",
        "<@&2>", "<#3>", "<t:0:R>",
        "<:a:4>", "</aide:5>", "<id:guide>", "everyone", "123>", "https://",
        "https://exemple.fr/a_b_c", "http://x.fr/*a*",
        "https://x.fr/(a)_b", "https://x.fr/~~a~~|b|`c`", "https://x.fr/@everyone",
        "https://x.fr", "https://fr.wiki/é[1]",
        "://", "<https://x.fr>", "\u200b", "\u200d", "\u202e", "\u2066", "\u2069",
        "\ufeff", "\u0301", "\ud800", "\x00",
        "\x1b", "\u00a0", "\u202f", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1eb\U0001f1f7",
        "مرحبا", "שלום",
        "é", "e\u0301", "Démarche", "l’accueil", ". ", ",", ":", ";", "!", " ", "  ",
    ]
)  # fmt: skip

# Joined pieces reach the dangerous combinations far more often than random characters do.
typed = st.one_of(
    st.lists(st.one_of(_NASTY, st.text(max_size=4), st.characters()), max_size=12).map("".join),
    st.text(alphabet="*_~|`\\[]()<>@#-+.1 \nahtps:/", max_size=40),
)
