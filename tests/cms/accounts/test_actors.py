"""What grants cover, and how `require` says no."""

import pytest

from cms.accounts.actors import ANONYMOUS, SYSTEM, Actor, Grant, Permission, require
from cms.errors import ForbiddenError, UnauthenticatedError

ZH_TRANSLATOR = Actor("译者", (Grant(Permission.EDIT, kinds=frozenset({"ARTICLE"}), locales=frozenset({"zh"})),))


@pytest.mark.parametrize(
    ("kind", "locales", "allowed"),
    [
        (None, [], True),
        ("ARTICLE", ["zh"], True),
        ("ARTICLE", ["zh", "it"], False),
        ("ARTICLE", ["it"], False),
        ("ARTICLE", [""], False),
        ("VIDEO", ["zh"], False),
    ],
)
def test_a_grant_covers_its_kinds_and_locales_only(kind, locales, allowed):
    if allowed:
        require(ZH_TRANSLATOR, Permission.EDIT, kind, locales)
    else:
        with pytest.raises(ForbiddenError):
            require(ZH_TRANSLATOR, Permission.EDIT, kind, locales)


def test_a_refusal_names_actor_permission_and_place():
    with pytest.raises(ForbiddenError, match=r"译者 lacks the permission content.edit for articles in it\."):
        require(ZH_TRANSLATOR, Permission.EDIT, "ARTICLE", ["zh", "it"])
    with pytest.raises(ForbiddenError, match=r"in the shared part\."):
        require(ZH_TRANSLATOR, Permission.EDIT, "ARTICLE", [""])


def test_a_stranger_is_asked_for_a_token():
    with pytest.raises(UnauthenticatedError):
        require(ANONYMOUS, Permission.READ)


def test_the_system_may_do_everything_everywhere():
    for permission in Permission:
        require(SYSTEM, permission, "VIDEO", ["it", "zh", ""])


def test_grants_survive_json_and_those_of_a_newer_release_are_left_aside():
    grant = Grant(Permission.EDIT, locales=frozenset({"zh", "it"}))
    assert grant.to_json() == {"permission": "content.edit", "locales": ["it", "zh"]}
    assert Grant.from_json(grant.to_json()) == grant
    assert Grant.from_json({"permission": "content.dream"}) is None
