"""``python -m streams.cli``: the same as ``sitrep``, for where the script is not on the path."""

from streams.cli import main

if __name__ == "__main__":
    main()
