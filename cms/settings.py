"""Every setting of Polyfocal: an environment variable `POLYFOCAL_…`, or a line of a `.env` file.

Each field's description is its documentation; `docker/example.env` is made of them, and a test keeps it so.
"""

from ipaddress import ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What a newsroom's installation can choose."""

    model_config = SettingsConfigDict(env_prefix="POLYFOCAL_", env_file=".env", extra="ignore")

    data_dir: Path = Field(
        Path("var"), description="Folder of the database, the index and the files, if not set apart."
    )
    database_url: str = Field(
        "",
        description="sqlite:///path/newsroom.db or postgresql://user:password@host/name; by default in DATA_DIR.",
    )
    search_url: str = Field("", description="whoosh:///path of the index; by default in DATA_DIR.")
    storage_url: str = Field("", description="file:///path of the stored files; by default in DATA_DIR.")
    host: str = Field("127.0.0.1", description="Address that the web process listens on.")
    port: int = Field(8000, ge=0, le=65_535, description="Port that the web process listens on.")
    public_url: str = Field("", description="Where clients reach this server, such as https://cms.example.org.")
    cors_origins: str = Field(
        "",
        description="Origins whose pages may call the API, separated by commas; * for any, but then without sessions."
        " None by default.",
    )
    trusted_proxies: str = Field(
        "",
        description="Addresses or networks of reverse proxies, separated by commas, whose X-Forwarded-For tells where"
        " requests come from; without it, everybody behind a proxy counts as one when sign-ins are throttled.",
    )
    session_idle_hours: int = Field(24, gt=0, le=24 * 365, description="Hours after which an unused session is over.")
    session_days: int = Field(14, gt=0, le=3650, description="Days after which any session is over.")
    graphiql: bool = Field(True, description="Whether browsers get the GraphiQL page at /graphql.")
    introspection: bool = Field(True, description="Whether the schema can be asked for.")
    body_limit: int = Field(4_000_000, gt=0, description="Bytes that a request to /graphql may have at most.")
    log_format: Literal["console", "json"] = Field("console", description="How log lines are written.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="From which level on.")

    @field_validator("database_url", "search_url", "storage_url", "public_url")
    @classmethod
    def _bare(cls, value: str) -> str:
        return value.strip().rstrip("/")

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        for each in value.split(","):
            if each.strip():
                ip_network(each.strip())  # "*" is none: then anybody could say to come from anywhere
        return value

    @property
    def database(self) -> str:
        """The URL of the database."""
        return self.database_url or self._within("sqlite", "newsroom.db")

    @property
    def search(self) -> str:
        """The URL of the search engine."""
        return self.search_url or self._within("whoosh", "index")

    @property
    def storage(self) -> str:
        """The URL of the storage."""
        return self.storage_url or self._within("file", "files")

    @property
    def origins(self) -> list[str]:
        """The origins that may call the API."""
        return [origin.strip() for origin in self.cors_origins.split(",") if origin.strip()]

    @property
    def files_url(self) -> str:
        """Where stored files are served."""
        return f"{self.public_url}/files"

    def _within(self, scheme: str, name: str) -> str:
        return f"{scheme}://{quote(str(self.data_dir.absolute()))}/{name}"
