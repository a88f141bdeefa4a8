/** The quotation, or the order that it became, as a page to print. */

import { records } from '#framework'

const template = `<!doctype html>
<html><head><meta charset="utf-8"><title>{% for doc in docs %}{{ doc.name }} {% endfor %}</title><style>
body { font: 11pt/1.45 system-ui, sans-serif; color: #1c2430; max-width: 46rem; margin: 2rem auto; padding: 0 1.5rem }
section { page-break-after: always; break-after: page }
section:last-child { break-after: auto }
header { display: flex; justify-content: space-between; gap: 2rem }
header img { max-height: 4rem; max-width: 14rem }
h1 { font-size: 1.5rem; margin: 2rem 0 1rem }
address { font-style: normal; white-space: pre-line }
table { border-collapse: collapse; width: 100% }
th, td { padding: .45rem .6rem; text-align: left; vertical-align: top; border-bottom: 1px solid #d5dae1 }
.end { text-align: right; white-space: nowrap }
.facts { display: flex; gap: 2.5rem; margin: 0 0 1.5rem }
.facts dt { color: #5a6675; font-size: .85em }
.facts dd { margin: 0 }
.sum td { border: 0 }
.total td { border-top: 2px solid #1c2430; font-weight: 600 }
</style></head><body>
{% for doc in docs %}<section>
<header><div>{% if doc.company_id.logo %}<img src="{{ doc.company_id.logo }}" alt="">{% endif %}<address>{{ doc.company_id.name }}
{{ doc.company_id.street }}
{{ doc.company_id.zip }} {{ doc.company_id.city }}</address></div>
<address>{{ doc.partner_id.name }}
{{ doc.partner_id.street }}
{{ doc.partner_id.zip }} {{ doc.partner_id.city }}
{{ doc.partner_id.country_id.name }}</address></header>
<h1>{% if doc.state == "sale" %}Order{% else %}Quotation{% endif %} {{ doc.name }}</h1>
<dl class="facts">
{% if doc.client_order_ref %}<div><dt>Your reference</dt><dd>{{ doc.client_order_ref }}</dd></div>{% endif %}
<div><dt>Date</dt><dd>{{ doc.date_order | date }}</dd></div>
{% if doc.validity_date %}<div><dt>Valid until</dt><dd>{{ doc.validity_date | date }}</dd></div>{% endif %}
{% if doc.user_id %}<div><dt>Salesperson</dt><dd>{{ doc.user_id.name }}</dd></div>{% endif %}
</dl>
<table><thead><tr><th scope="col">Description</th><th scope="col" class="end">Quantity</th><th scope="col" class="end">Unit price</th><th scope="col" class="end">Amount</th></tr></thead>
<tbody>{% for line in doc.order_line %}{% if line.display_type %}<tr><td colspan="4">{{ line.name }}</td></tr>{% else %}<tr><td>{{ line.name }}</td><td class="end">{{ line.product_uom_qty | number }}</td><td class="end">{{ line.price_unit | money: doc.currency_id.name }}</td><td class="end">{{ line.price_subtotal | money: doc.currency_id.name }}</td></tr>{% endif %}
{% endfor %}</tbody>
<tbody class="sum"><tr><td colspan="3" class="end">Untaxed amount</td><td class="end">{{ doc.amount_untaxed | money: doc.currency_id.name }}</td></tr>
<tr><td colspan="3" class="end">Taxes</td><td class="end">{{ doc.amount_tax | money: doc.currency_id.name }}</td></tr>
<tr class="total"><td colspan="3" class="end">Total</td><td class="end">{{ doc.amount_total | money: doc.currency_id.name }}</td></tr></tbody></table>
<div>{{ doc.note }}</div>
</section>{% endfor %}
</body></html>
`

records('ir.actions.report', {
  'sale.action_report_saleorder': {
    name: 'Quotation / Order',
    model: 'sale.order',
    report_type: 'qweb-html',
    report_name: 'sale.report_saleorder',
    report_file: 'sale.report_saleorder',
    template,
  },
})
