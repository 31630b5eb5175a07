"""`python -m lessons` is the command line."""

from lessons.cli import main

raise SystemExit(main())
