"""A demonstration newsroom: an Italian agency and a Chinese broadcaster that work on the same stories.

`content/` is data only, read by the command that seeds an empty installation; README.md beside this file
says what each file holds, which translations are missing on purpose, and whose names the concepts carry.
"""
