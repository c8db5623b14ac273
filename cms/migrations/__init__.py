"""The schema's history: files that `python -m cms.database.drafting` writes and `cms.database.migrate` applies."""
