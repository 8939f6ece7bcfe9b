"""`python -m scoregen` is the command line."""

from scoregen.cli import main

if __name__ == "__main__":
    main()
