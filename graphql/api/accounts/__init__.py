"""People, their sessions, and the tokens of programs."""
