"""The examples in odoorpc's own documentation (its doctests), run against us. Prints one line of JSON at the end.

Environment: HF_HOST, HF_PORT, HF_DB, HF_LOGIN, HF_PASSWORD.
"""
import doctest
import io
import json
import logging
import os
import re
import shutil
import socket
import tempfile

env = os.environ

# Sessions are saved below the home folder.
os.environ["HOME"] = tempfile.mkdtemp()
os.chdir(os.environ["HOME"])
logging.disable(logging.CRITICAL)

# Some examples name hosts of the world; this test speaks to this machine only.
resolve = socket.getaddrinfo


def resolve_here(host, *rest, **more):
    if host != env["HF_HOST"]:
        raise OSError("%s is not this machine" % host)
    return resolve(host, *rest, **more)


socket.getaddrinfo = resolve_here

import odoorpc
import odoorpc.db
import odoorpc.env
import odoorpc.models
import odoorpc.odoo
import odoorpc.report
import odoorpc.session
import odoorpc.tools

known = {
    "HOST": env["HF_HOST"], "PORT": int(env["HF_PORT"]), "PROTOCOL": "jsonrpc", "DB": env["HF_DB"],
    "USER": env["HF_LOGIN"], "PWD": env["HF_PASSWORD"], "SUPER_PWD": "admin", "VERSION": "19.0",
}


class Runner(doctest.DocTestRunner):
    """Notes each example that fails instead of printing it."""

    failed = []

    def report_failure(self, out, test, example, got):
        self.failed.append({"in": test.name, "example": example.source.strip(), "got": got.strip()[-300:]})

    def report_unexpected_exception(self, out, test, example, exc_info):
        self.failed.append({"in": test.name, "example": example.source.strip(), "got": "%s: %s" % (exc_info[0].__name__, str(exc_info[1])[:300])})


def without_skipped(text):
    """The documentation's own mark for examples that are not to be run, which only its page builder understands."""
    parts = re.split(r"(?m)^(?=\s*\.\. doctest::)", text)
    text = "".join(part for part in parts if ":options: +SKIP" not in part)
    return text.replace("Product.browse(1)", "Product.browse(%d)" % product)


parser = doctest.DocTestParser()
parse = parser.parse
parser.parse = lambda text, name="<string>": parse(without_skipped(text), name)

# What the examples take for granted: a French translation, a product, and people who are called so.
odoo = odoorpc.ODOO(known["HOST"], protocol="jsonrpc", port=known["PORT"], timeout=60)
odoo.login(known["DB"], known["USER"], known["PWD"])
french = odoo.env["res.lang"].with_context(active_test=False).search([("code", "=", "fr_FR")])
odoo.env["base.language.install"].browse(odoo.env["base.language.install"].create({"lang_ids": [(6, 0, french)]})).lang_install()
odoo.env["res.company"].write([1], {"name": "YourCompany"})
product = odoo.env["product.product"].create({"name": "Doc Lamp"})

tried = 0
runner = Runner(verbose=False, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
for module in (odoorpc, odoorpc.odoo, odoorpc.env, odoorpc.models, odoorpc.db, odoorpc.report, odoorpc.session, odoorpc.tools):
    for test in doctest.DocTestFinder(parser=parser, exclude_empty=True).find(module):
        if not test.examples:
            continue
        odoo = odoorpc.ODOO(known["HOST"], protocol="jsonrpc", port=known["PORT"], timeout=60)
        odoo.login(known["DB"], known["USER"], known["PWD"])
        odoo.execute("res.users", "write", [odoo.env.uid], {"name": "Mitchell Admin"})
        test.globs.update(known, odoorpc=odoorpc, odoo=odoo)
        tried += len([example for example in test.examples if not example.options.get(doctest.SKIP)])
        runner.run(test, out=io.StringIO().write, clear_globs=False)

shutil.rmtree(os.environ["HOME"])
print(json.dumps({"tried": tried, "failed": runner.failed}))
