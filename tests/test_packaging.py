"""The wheel carries what the program reads, and the locks agree."""

import re
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parents[1]


def test_the_wheel_carries_every_module_and_file_of_the_packages_and_no_test(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    with ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        carried = {name for name in wheel.namelist() if ".dist-info/" not in name}
        metadata = wheel.read(next(name for name in wheel.namelist() if name.endswith("/METADATA"))).decode()
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "cms", "media", "search", "graphql/api"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert carried == {name.removeprefix("graphql/") for name in listed.stdout.splitlines() if (ROOT / name).exists()}
    assert {
        "api/graphiql/assets/page.html",
        "cms/content/body.schema.json",
        "cms/demo/content/locales.json",
        "cms/migrations/0001_initial.py",
    } <= carried
    assert "Requires-Dist: starlette" in metadata


def pins(name: str) -> dict[str, str]:
    """Each distribution of a lock, with its version and hashes."""
    entries = re.findall(r"^([a-z0-9._-]+)==((?:.*\\\n)+.*)", (ROOT / name).read_text(), re.MULTILINE)
    return {key: re.sub(r"\s+", " ", pinned) for key, pinned in entries}


def test_the_locks_agree_and_record_no_address() -> None:
    everything, running, building = map(pins, ("requirements.lock", "requirements-run.lock", "requirements-build.lock"))
    assert running.items() <= everything.items()
    assert "starlette" in running
    assert "pytest" not in running
    assert "hatchling" in building
    for key in building.keys() & everything.keys():
        assert building[key] == everything[key]
    for name in ("requirements.lock", "requirements-run.lock", "requirements-build.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        assert all("--hash=sha256:" in pinned for pinned in pins(name).values())
