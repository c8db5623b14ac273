"""Texts of all Unicode for property tests: any character, and the ones that are hard next to each other."""

from hypothesis import strategies as st

LOCALES = ("it", "zh-Hans", "zh-Hant", "en", "ja", "fr", "ko", "ru", "hi", "ar", "th", "el", "xx", "")

MARKS = st.characters(categories=["Mn", "Mc", "Me"])
_CHINESE = st.sampled_from("中国记者在罗马意大利言豈𠮷\ufa30\U0002f801")
_NEIGHBOURS = st.sampled_from("カか\u3099\u309aｶﾞが한\u1112\u1161\u11abดุကို걯")
_WRITTEN = st.sampled_from("aàAİßﬁ'’ .-\u0301\u200d\u00ad\ufe0fйद्α\u0345١<&\"|")

TEXTS = st.lists(st.one_of(MARKS, _CHINESE, _NEIGHBOURS, _WRITTEN, st.characters()), max_size=20).map("".join)
"""Lone surrogates, NUL and unassigned characters among them."""
