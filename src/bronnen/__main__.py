"""`python -m bronnen` is the same as `bronnen`."""

from bronnen.cli import main

if __name__ == "__main__":
    main(prog_name="bronnen")
