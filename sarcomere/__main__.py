"""Run the command line as ``python -m sarcomere``."""

from sarcomere.cli import main

main(prog_name="sarcomere")
