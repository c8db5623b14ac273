"""Fields of plain text, checked where they enter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.errors import InvalidInputError
from cms.plaintext import check_line, check_text


def test_a_line_is_trimmed() -> None:
    assert check_line("  È festa \u3000", name="headline", most=300) == "È festa"
    assert check_line("北京", name="headline", most=2) == "北京"


@pytest.mark.parametrize("value", ["a\nb", "a\tb", "a\u2028b", "a\x00b", "a\x85b", "\ud83d", "a\uffffb", None, 7, b"x"])
def test_what_is_no_line_is_refused(value: object) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_line(value, name="headline", most=300)
    assert caught.value.path == ("headline",)
    caught.value.message.encode()


def test_five_megabytes_are_refused_with_the_field_and_the_limit() -> None:
    with pytest.raises(InvalidInputError, match=r"headline has 5,000,000 characters; at most 300"):
        check_line("新" * 5_000_000, name="headline", most=300)


def test_a_text_has_lines() -> None:
    assert check_text(" uno\r\ndue\rtre\n", name="summary", most=20) == "uno\ndue\ntre"


@given(st.text())
def test_what_passes_can_be_encoded_and_passes_again(value: str) -> None:
    try:
        text = check_text(value, name="summary", most=1_000)
    except InvalidInputError:
        return
    text.encode()
    assert check_text(text, name="summary", most=1_000) == text
