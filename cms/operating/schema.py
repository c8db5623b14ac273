"""Which schema this program has: the names of its migrations."""

from importlib import resources

from cms.database.config import MIGRATIONS


def program_migrations() -> list[str]:
    """The names of the migrations that come with the program, in order; no database is asked."""
    names = (entry.name for entry in resources.files(MIGRATIONS).iterdir())
    return sorted(name.removesuffix(".py") for name in names if name[:4].isdigit() and name.endswith(".py"))
