"""Check characters of synthetic codes, computed apart from the program under test.

    unified_code("91", "YY000001")      a unified code, both check characters right
    wrong(code)                         the same with another check character
"""
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
DIVISION = "440106"


def check31(body):
    """The check character of a unified code (GB 32100)."""
    return ALPHABET[-sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body)) % 31]


def check_organisation(body):
    """The check character of an organisation code (GB 11714)."""
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    rest = 11 - sum(letters.index(c) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2))) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def unified_code(kind, body):
    first = kind + DIVISION + body + check_organisation(body)
    return first + check31(first)


def wrong(code):
    return code[:-1] + ALPHABET[(ALPHABET.index(code[-1]) + 7) % 31]
