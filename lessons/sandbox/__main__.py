"""`python -m lessons.sandbox` is the process."""

from lessons.sandbox.session import main

main()
