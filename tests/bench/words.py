"""Made-up words of three languages with the weight that words have in real texts, from a seed."""

from collections.abc import Callable
from itertools import accumulate, product
from random import Random
from typing import Protocol

_SYLLABLES = {
    "it": ("b c d f g l m n p r s t v z ch gn sc tr", "a e i o u", "zione mente tà are ere ire o a e i ando uto"),
    "en": ("b c d f g h k l m n p r s t w th sh st", "a e i o u ea ou", "tion ing er ly ed ness ment s y al ow and"),
}
_CHINESE = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学"
    "法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天"
    "政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者"
    "最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期"
)
_LEXICON = 6_000
_FREQUENT = 300
"""So many words are in every text; the others carry what it is about."""


class Words(Protocol):
    """The words of one language."""

    def sentence(self, dice: Random, count: int) -> str:
        """A sentence of so many words."""

    def title(self, dice: Random) -> str:
        """A headline."""


class Spaced:
    """Words of syllables, with blanks between them."""

    gap = " "

    def __init__(self, language: str) -> None:
        starts, vowels, ends = (part.split() for part in _SYLLABLES[language])
        stems = [a + b for a, b in product(starts, vowels)]
        self._lexicon = _Lexicon(
            Random(language),
            lambda dice: "".join(dice.choices(stems, k=dice.randint(1, 3))) + dice.choice(ends),
        )

    def sentence(self, dice: Random, count: int) -> str:
        """A sentence of so many words."""
        return f"{' '.join(self._lexicon.draw(dice, count)).capitalize()}."

    def title(self, dice: Random) -> str:
        """A headline."""
        return " ".join(self._lexicon.draw(dice, dice.randint(6, 10))).capitalize()


class Chinese:
    """Words of one to three characters, without blanks."""

    gap = ""

    def __init__(self) -> None:
        self._lexicon = _Lexicon(
            Random("zh"), lambda dice: "".join(dice.choices(_CHINESE, k=dice.choices((1, 2, 3), (2, 7, 1))[0]))
        )

    def sentence(self, dice: Random, count: int) -> str:
        """A sentence of so many words, with a comma in its middle."""
        words = self._lexicon.draw(dice, count)
        return f"{''.join(words[: count // 2])}，{''.join(words[count // 2 :])}。"

    def title(self, dice: Random) -> str:
        """A headline."""
        return "".join(self._lexicon.draw(dice, dice.randint(6, 9)))


class _Lexicon:
    """Words by rank, drawn as Zipf says; every third is one that carries meaning."""

    def __init__(self, dice: Random, make: Callable[[Random], str]) -> None:
        made: dict[str, None] = {}
        while len(made) < _LEXICON:
            made[make(dice)] = None
        self._words = list(made)
        self._weights = list(accumulate(1 / rank for rank in range(2, _LEXICON + 2)))
        self._meaning = self._words[_FREQUENT:]

    def draw(self, dice: Random, count: int) -> list[str]:
        words = dice.choices(self._words, cum_weights=self._weights, k=count)
        words[2::3] = dice.choices(self._meaning, k=len(words[2::3]))
        return words
