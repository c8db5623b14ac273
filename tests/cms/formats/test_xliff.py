"""XLIFF 1.2: what goes out comes back, also from tools that keep as little as the standard asks of them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from cms.content.parsing import Walk
from cms.formats.xliff import NAMESPACE, Exchange, Unit, XliffError, read_xliff, write_xliff
from tests.cms.content.documents import inline

ID = f"{{{NAMESPACE}}}"


@st.composite
def contents(draw):
    """Inline content in normal form, as a stored body has it."""
    document = {"type": "doc", "content": [{"type": "paragraph", "content": draw(inline)}]}
    return Walk(iter("abcdefgh").__next__).document(document)["content"][0].get("content", [])


@st.composite
def exchanges(draw):
    units = [
        Unit(
            f"b{n}",
            "paragraph",
            draw(contents()),
            draw(st.none() | contents()) or None,
            draw(st.sampled_from([None, "translated"])),
        )
        for n in range(draw(st.integers(0, 4)))
    ]
    units = [unit if unit.target else Unit(unit.id, unit.kind, unit.source) for unit in units]
    return Exchange("urn:x:新闻", draw(st.integers(1, 10**6)), "it", "zh-Hant", tuple(units))


@given(exchanges())
def test_what_is_written_is_read_back(exchange):
    assert read_xliff(write_xliff(exchange)) == exchange


@given(exchanges())
def test_a_tool_that_keeps_only_ids_of_marks_in_targets_loses_nothing(exchange):
    units = tuple(
        Unit(unit.id, unit.kind, unit.source, unit.source, "translated") for unit in exchange.units if unit.source
    )
    exchange = replace(exchange, units=units)
    root = etree.fromstring(write_xliff(exchange))
    for group in root.iterfind(f".//{ID}target//{ID}g"):
        for name in set(group.attrib) - {"id"}:
            del group.attrib[name]
    assert read_xliff(etree.tostring(root)) == exchange


UNIT = '<trans-unit id="a"><source>La <g id="1" ctype="bold">città</g></source><target>{target}</target></trans-unit>'
FILE = (
    f'<xliff xmlns="{NAMESPACE}" version="1.2"><file original="urn:1" source-language="it" target-language="zh" '
    'datatype="plaintext" build-num="3"><body>{units}</body></file></xliff>'
)


def test_a_translator_may_move_split_and_comment_marks():
    target = '<g id="1">城</g><!-- 注 --><mrk mtype="term">市</mrk><g id="1">!</g><x id="9" ctype="lb"/>'
    (unit,) = read_xliff(FILE.format(units=UNIT.format(target=target)).encode()).units
    bold = [{"type": "bold"}]
    assert unit.target == [
        {"type": "text", "text": "城", "marks": bold},
        {"type": "text", "text": "市"},
        {"type": "text", "text": "!", "marks": bold},
        {"type": "hardBreak"},
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not well-formed"),
        (b"{}", "not well-formed"),
        (b"<xliff/>", "no XLIFF 1.2"),
        (FILE.format(units="").replace("1.2", "2.0").encode(), "no XLIFF 1.2"),
        (f'<xliff xmlns="{NAMESPACE}" version="1.2"/>'.encode(), "holds 0 texts"),
        (FILE.format(units="").replace('build-num="3"', "").encode(), "which revision"),
        (FILE.format(units="").replace('"3"', '"٣"').encode(), "which revision"),
        (FILE.format(units=UNIT.format(target="") * 2).encode(), "same id"),
        (FILE.format(units='<trans-unit id="a"/>').encode(), "lacks its id or its source"),
        (FILE.format(units=UNIT.format(target='<g id="7">x</g>')).encode(), "no mark '7'"),
        (FILE.format(units=UNIT.format(target='<g id="7" ctype="underlined">x</g>')).encode(), "no mark 'underlined'"),
        (FILE.format(units=UNIT.format(target='<ph id="7">x</ph>')).encode(), "ph has no place"),
        (FILE.format(units=UNIT.format(target='<g id="1">' * 50 + "</g>" * 50)).encode(), "deep"),
        (
            b'<!DOCTYPE xliff [<!ENTITY a "x">]>' + FILE.format(units=UNIT.format(target="&a;")).encode(),
            "document type",
        ),
    ],
)
def test_what_is_no_file_of_ours_is_refused_in_words(data, said):
    with pytest.raises(XliffError, match=said):
        read_xliff(data)


@given(st.binary(max_size=200))
def test_bytes_are_read_or_refused(data):
    with pytest.raises(XliffError):
        read_xliff(data)
