"""What roles let people do."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from cms.accounts.actors import Actor, Grant, Permission
from cms.accounts.roles import IN_EVERY_LOCALE, PERMISSIONS, Assignment, Role, grants_of, held

KINDS, LOCALES = ("ARTICLE", "VIDEO", "SERIES"), ("it", "zh", "en", "")
limits = st.none() | st.frozensets(st.sampled_from(LOCALES), min_size=1)
kinds = st.none() | st.frozensets(st.sampled_from(KINDS), min_size=1)
assignments = st.builds(Assignment, st.sampled_from(Role), kinds, limits)
grants = st.builds(Grant, st.sampled_from(Permission), kinds, limits)


def test_the_table_rises_from_reader_to_administrator():
    ladder = [Role.READER, Role.CONTRIBUTOR, Role.EDITOR, Role.PUBLISHER, Role.ADMINISTRATOR]
    for lower, higher in itertools.pairwise(ladder):
        assert PERMISSIONS[lower] < PERMISSIONS[higher]
    assert PERMISSIONS[Role.ADMINISTRATOR] == set(Permission)
    assert set(PERMISSIONS) == set(Role)


def test_a_translator_writes_the_locales_assigned_and_reads_everything():
    actor = Actor("译者", Assignment(Role.TRANSLATOR, locales=frozenset({"zh"})).grants())
    assert actor.may(Permission.EDIT, "ARTICLE", "zh")
    assert not actor.may(Permission.EDIT, "ARTICLE", "it")
    assert not actor.may(Permission.EDIT, "ARTICLE", "")
    assert all(actor.may(Permission.READ, "VIDEO", locale) for locale in LOCALES)
    assert not actor.may(Permission.REVIEW)
    assert not actor.may(Permission.PUBLISH)


@given(st.lists(assignments, max_size=4), st.sampled_from(Permission), st.sampled_from(KINDS), st.sampled_from(LOCALES))
def test_roles_allow_what_the_table_says_where_they_are_held(given_roles, permission, kind, locale):
    stored = [each.to_json() for each in given_roles]
    actor = Actor("qualcuno", grants_of(stored))
    allowed = any(
        permission in PERMISSIONS[each.role]
        and (each.kinds is None or kind in each.kinds)
        and (each.locales is None or locale in each.locales or permission in IN_EVERY_LOCALE.get(each.role, ()))
        for each in given_roles
    )
    assert actor.may(permission, kind, locale) is allowed
    assert not allowed or (
        actor.may(permission) and actor.may(permission, kind) and actor.may(permission, None, locale)
    )


@given(st.lists(assignments))
def test_roles_survive_json_and_those_of_a_newer_release_are_left_aside(given_roles):
    stored = [each.to_json() for each in given_roles]
    assert list(held([{"role": "oracle"}, *stored])) == given_roles


@given(grants)
def test_grants_survive_json(grant):
    assert Grant.from_json(grant.to_json()) == grant


def test_a_bare_permission_of_an_older_token_is_one_for_everything():
    assert Grant.from_json("content.publish") == Grant(Permission.PUBLISH)
    assert Grant.from_json("content.dream") is None
