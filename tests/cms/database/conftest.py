import pytest


@pytest.fixture
def models() -> tuple[str, ...]:
    return ("tests.cms.database.models",)
