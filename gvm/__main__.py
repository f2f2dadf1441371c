"""`python -m gvm` is the gvm command."""

from gvm.cli import main

main()
