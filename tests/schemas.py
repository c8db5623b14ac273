"""Comparing schemas: what a database has, whatever way it came to have it.

Tables, columns with type, nullability and default, keys, references, unique constraints, checks and indexes.
Left out is what may differ without a difference: the order of columns, and the names of constraints.
"""

import sqlite3
from contextlib import closing
from typing import Any

import asyncpg

from cms.database.config import dialect_of, sqlite_path

Schema = dict[str, Any]


async def schema_of(url: str) -> Schema:
    """Describe a database's tables, apart from Tortoise's list of migrations."""
    schema = _sqlite(url) if dialect_of(url) == "sqlite" else await _postgresql(url)
    schema.pop("tortoise_migrations", None)
    return schema


def _sqlite(url: str) -> Schema:
    with closing(sqlite3.connect(sqlite_path(url))) as connection:

        def rows(query: str, *values: str) -> list[tuple[Any, ...]]:
            return connection.execute(query, values).fetchall()

        schema: Schema = {}
        for table, sql in rows("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"):
            unique, indexes = set(), {}
            for index, is_unique, origin in rows('SELECT name, "unique", origin FROM pragma_index_list(?)', table):
                columns = tuple(name for (name,) in rows("SELECT name FROM pragma_index_info(?)", index))
                if is_unique and origin == "u":
                    unique.add(columns)
                elif origin == "c":
                    ((text,),) = rows("SELECT sql FROM sqlite_master WHERE name = ?", index)
                    indexes[index] = " ".join(text.split())
            schema[table] = {
                "columns": {
                    name: about
                    for name, *about in rows(
                        'SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?)', table
                    )
                },
                "references": sorted(
                    rows('SELECT "from", "table", "to", on_delete FROM pragma_foreign_key_list(?)', table)
                ),
                "unique": unique,
                "indexes": indexes,
                "autoincrement": "AUTOINCREMENT" in sql,
                "checks": sorted(part.split(",\n")[0].strip() for part in sql.split("CHECK")[1:]),
            }
        return schema


async def _postgresql(url: str) -> Schema:
    connection = await asyncpg.connect(url)
    try:
        schema: Schema = {}
        for row in await connection.fetch(
            """SELECT table_name, column_name, udt_name, character_maximum_length, numeric_precision,
                      numeric_scale, is_nullable, column_default, is_identity, identity_generation
               FROM information_schema.columns WHERE table_schema = 'public'"""
        ):
            table, column, *about = row
            schema.setdefault(table, {"columns": {}, "constraints": [], "indexes": {}})["columns"][column] = about
        for table, definition in await connection.fetch(
            """SELECT relname, pg_get_constraintdef(c.oid)
               FROM pg_constraint c JOIN pg_class r ON r.oid = conrelid
               WHERE c.connamespace = 'public'::regnamespace ORDER BY 1, 2"""
        ):
            schema[table]["constraints"].append(definition)
        for table, index, definition in await connection.fetch(
            """SELECT tablename, indexname, indexdef FROM pg_indexes
               WHERE schemaname = 'public'
                 AND to_regclass(quote_ident(indexname)) NOT IN (SELECT conindid FROM pg_constraint)"""
        ):
            schema[table]["indexes"][index] = definition
        return schema
    finally:
        await connection.close()
