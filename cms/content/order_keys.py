"""Keys that order a list by text: there is always another one between two, so that a move touches one entry only.

A key is a fraction in base 62 whose last digit is not zero; keys compare by code point. (The package of this purpose
on PyPI needs setuptools to run, has no types and lets errors of its own pass.)
"""

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_MIDDLE = DIGITS[len(DIGITS) // 2]
_LAST = len(DIGITS) - 1


def key_between(low: str | None, high: str | None) -> str:
    """A key after `low` and before `high`, which are in order; None is an end of the list. It stays short at the ends.

    Raises:
        ValueError: `low` is not before `high`.
    """
    if low is None:
        return _MIDDLE if high is None else _before(high)
    if high is None:
        return _after(low)
    if low >= high:
        raise ValueError(f"{low!r} is not before {high!r}")
    place = 0
    while _digit(low, place) == _digit(high, place):
        place += 1
    above, below = _digit(low, place), _digit(high, place)
    if below - above > 1:
        return high[:place] + DIGITS[(above + below) // 2]
    if len(high) > place + 1:
        return high[: place + 1]
    return high[:place] + DIGITS[above] + _after(low[place + 1 :])


def keys_of(count: int) -> list[str]:
    """So many keys in order, for a list that has none."""
    keys: list[str] = []
    for _ in range(count):
        keys.append(key_between(keys[-1] if keys else None, None))
    return keys


def is_key(text: str) -> bool:
    """Whether this is a key."""
    return text != "" and set(text) <= set(DIGITS) and not text.endswith(DIGITS[0])


def _after(low: str) -> str:
    """The next digit up where there is one, so that appending lengthens the key once in 61 times."""
    for place, digit in enumerate(low):
        if (value := DIGITS.index(digit)) < _LAST:
            return low[:place] + DIGITS[value + 1]
    return low + (DIGITS[1] if low else _MIDDLE)


def _before(high: str) -> str:
    place = next(place for place, digit in enumerate(high) if digit != DIGITS[0])
    value = DIGITS.index(high[place])
    return high[:place] + (DIGITS[value - 1] if value > 1 else DIGITS[0] + DIGITS[_LAST])


def _digit(key: str, place: int) -> int:
    return DIGITS.index(key[place]) if place < len(key) else 0
