"""Users of an imported Odoo sign in with their old passwords, with Debian's odoorpc, unchanged. Prints one line of JSON.

Environment: HF_HOST, HF_PORT, HF_DB.
"""
import json
import os

import odoorpc
from odoorpc.error import RPCError

env = os.environ
seen = {}


def connect():
    return odoorpc.ODOO(env["HF_HOST"], protocol="jsonrpc", port=int(env["HF_PORT"]), timeout=60)


for login, password in (("admin", "admin"), ("sam", "sam-Secret-1"), ("berta", "berta-Secret-2"), ("paul", "paul-Secret-3")):
    odoo = connect()
    odoo.login(env["HF_DB"], login, password)
    try:
        orders = odoo.execute("sale.order", "search_read", [], ["name", "amount_total", "user_id"], 0, 0, "name")
    except RPCError:
        orders = None
    seen[login] = {"user": odoo.env.user.name, "orders": orders}
    odoo.logout()

odoo = connect()
try:
    odoo.login(env["HF_DB"], "sam", "wrong-Secret-1")
    raise AssertionError("a wrong password was taken")
except RPCError:
    pass

print(json.dumps(seen))
