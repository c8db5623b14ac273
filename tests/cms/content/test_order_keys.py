"""Keys: there is one between any two, in order, however a list was arranged before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.content.order_keys import DIGITS, is_key, key_between, keys_of

KEYS = st.text(st.sampled_from(DIGITS), min_size=1, max_size=12).filter(is_key)


@given(KEYS, KEYS)
def test_there_is_a_key_between_any_two(one, other):
    low, high = sorted((one, other))
    if low == high:
        with pytest.raises(ValueError, match="is not before"):
            key_between(low, high)
    else:
        middle = key_between(low, high)
        assert is_key(middle)
        assert low < middle < high


@given(KEYS)
def test_there_is_a_key_before_and_after_any(key):
    before, after = key_between(None, key), key_between(key, None)
    assert is_key(before)
    assert is_key(after)
    assert before < key < after


@given(st.lists(st.integers(0, 10**6), max_size=200))
def test_a_list_that_is_added_to_anywhere_stays_in_order(places):
    keys: list[str] = []
    for place in places:
        at = place % (len(keys) + 1)
        keys.insert(at, key_between(keys[at - 1] if at else None, keys[at] if at < len(keys) else None))
    assert keys == sorted(set(keys))


def test_keys_stay_short_where_a_list_grows_at_its_ends():
    keys = keys_of(500)
    assert keys == sorted(set(keys))
    assert max(map(len, keys)) <= 9
    for _ in range(500):
        keys.insert(0, key_between(None, keys[0]))
    assert keys == sorted(set(keys))
    assert max(map(len, keys)) <= 10


@pytest.mark.parametrize("text", ["", "0", "a0", "é", "a-b", "雪"])
def test_what_is_no_key(text):
    assert not is_key(text)
