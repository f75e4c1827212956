"""Writes mace_run_train_options.json: the options of mace_run_train with their defaults (mace-torch 0.3.16)."""

import json
import os
import sys

sys.modules["configargparse"] = None  # plain argparse shows the same options

from mace.tools.arg_parser import build_default_arg_parser

options = {}
for action in build_default_arg_parser()._actions:
    names = [name[2:] for name in action.option_strings if name.startswith("--")]
    if names[0] == "help":
        continue
    entry = {"default": action.default}
    if names[1:]:
        entry["aliases"] = names[1:]
    if action.choices:
        entry["choices"] = action.choices
    if action.nargs == 0:
        entry["flag"] = action.const
    if action.type:
        entry["type"] = action.type.__name__
    options[names[0]] = entry

path = os.path.join(os.path.dirname(__file__), "mace_run_train_options.json")
with open(path, "w") as file:
    lines = (f"{json.dumps(name)}: {json.dumps(options[name])}" for name in sorted(options))
    file.write("{\n" + ",\n".join(lines) + "\n}\n")
