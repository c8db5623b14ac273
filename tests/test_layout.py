"""The layout keeps graphql-core importable from the repository root, and the SDL in step with the schema."""

import subprocess
import sys
from pathlib import Path

import graphql

from api.schema import build_schema

ROOT = Path(__file__).parents[1]


def test_graphql_is_a_source_root_and_no_package() -> None:
    assert not (ROOT / "graphql" / "__init__.py").exists()


def test_pytest_imports_graphql_core() -> None:
    assert "site-packages" in (graphql.__file__ or "")


def test_python_m_and_uvicorn_import_graphql_core_from_the_root(tmp_path: Path) -> None:
    (tmp_path / "asking.py").write_text(
        "import graphql, sys\n"
        "assert 'site-packages' in graphql.__file__, graphql.__file__\n"
        "print('core')\n"
        "def app():\n    sys.exit(0)\n"
    )
    for command in (["-c", "import runpy; runpy.run_module('asking')"], ["-m", "asking"]):
        run = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env={"PYTHONPATH": f"{tmp_path}:."},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.stdout == "core\n", run.stderr
    uvicorn = [sys.executable, "-m", "uvicorn", "--factory", "asking:app", "--port", "0", "--app-dir", "."]
    run = subprocess.run(
        uvicorn, cwd=ROOT, env={"PYTHONPATH": f"{tmp_path}:."}, capture_output=True, text=True, check=False
    )
    assert run.stdout == "core\n", run.stderr


def test_the_committed_sdl_is_the_schema() -> None:
    assert (ROOT / "graphql" / "schema.graphql").read_text() == build_schema().as_str() + "\n"


def test_a_web_process_loads_neither_ffmpeg_nor_a_dictionary_before_it_needs_them() -> None:
    loaded = "import sys, cms.cli.running; print(sorted({'av', 'rjieba'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.stdout == "[]\n", run.stderr
