"""Calls the converter for each file, as its manual says."""

import pathlib
import subprocess
import sys
import tempfile

CONVERTER = """
import argparse, csv, json, sys, logging, urllib.request
parser = argparse.ArgumentParser()
parser.add_argument("file")
rows = list(csv.reader(open(parser.parse_args().file)))
print(json.dumps(rows[-1]))
"""

with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    converter = folder / "csv2json.py"
    converter.write_text(CONVERTER)
    answers = []
    for i in range(45):
        path = folder / f"{i}.csv"
        path.write_text(f"a,b\n{i},{i * 2}\n")
        command = [sys.executable, str(converter), str(path)]
        answers.append(
            subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode().strip()
        )
print(answers[0], answers[-1], len(answers))
