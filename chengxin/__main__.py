"""``python -m chengxin`` starts the command line."""

from chengxin.site.cli import main

if __name__ == "__main__":
    main()
