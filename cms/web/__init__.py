"""HTTP around the API: request ids and logs, files, health."""
