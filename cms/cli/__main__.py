"""`python -m cms.cli`, for where the script is not on the path."""

from cms.cli import main

main()
