"""Know More of WooCommerce: how a shop's owner obtains each credential, and the terms."""

from django.utils.translation import gettext_lazy as _

from integrations.contract import Terms

GUIDE = _("""
## What it does

The orders of your WooCommerce shop come into the store's order events, with their items, taxes, discounts, shipping,
payments and customers. They reach everything else you have connected as orders of the channel **online**. Once
you connect the shop's own webhooks they arrive within seconds; a pull that you start brings in what was missed.

## What you need

| Ask for | Looks like | Where it comes from |
|---|---|---|
| Store URL | `https://shop.example.com` | The address of your shop, as your customers type it |
| Consumer key | `ck_` and 40 letters and digits | WooCommerce, when you add a key |
| Consumer secret | `cs_` and 40 letters and digits | The same page, shown once |

Your shop needs WooCommerce 5.8 or newer, an address that starts with `https://`, and permalinks other than *Plain*
(WordPress: **Settings > Permalinks**).

## Get the key

1. Sign in to WordPress as an administrator or a shop manager.
2. Open **WooCommerce > Settings > Advanced > REST API** and press **Add key**.
3. As description enter the name of this back office, and choose a user who may see orders.
4. As permission choose **Read/Write**. With **Read** alone orders can be pulled, but webhooks cannot be connected.
5. Press **Generate API key**. Copy the **Consumer key** and the **Consumer secret** at once: WordPress does not show the
   secret again. If it is lost, revoke the key and add another.

The key stops working when that user is deleted, so do not choose a person who may leave.

## Set it up here

1. On **Current Integrations**, press the gear beside WooCommerce and fill in the three fields.
2. Press **Save**.
3. On the tab **Action**, press **Run now** under **Pull orders**. The first time, those changed since midnight are taken; it says
   in words what is wrong if the shop refuses us.
4. Press **Run now** under **Connect webhooks** once. It registers two webhooks in your shop, *Order created* and
   *Order updated*, with the **Webhook address** of this integration and a secret that we generate and keep encrypted.

Leave **Send the keys in the address** off. Turn it on only when a pull says that the shop does not see the key
although it is right: some web servers drop the header that carries it.

## Which status is which

| In WooCommerce | Here | Events |
|---|---|---|
| Pending payment, On hold | open, unpaid | `order.opened`, `order.updated` |
| Processing | open, paid | `order.opened`, `order.updated` |
| Completed | closed | `order.closed` |
| Cancelled, Failed, in the trash | voided | `order.voided` |
| Refunded | refunded | `order.refunded` |
| A status that a plugin added | open | `order.opened`, `order.updated` |
| Draft of a checkout | not taken | none |

A partial refund leaves the status as it is and is told as an update with the amount refunded. Fees become items; a negative
fee is a discount. Shipping by *Local pickup* is a pick-up, any other shipping a delivery.

## Good to know

- Amounts are taken exactly as the shop has them, without tax in the items and with the tax beside them.
- The same state of an order is never taken twice, whether it comes by a pull or by webhook.
- WooCommerce disables a webhook after five failed deliveries in a row. Run
  **Connect webhooks** again to enable it, and pull once for what was missed.
- WooCommerce itself sets no limit on calls. Your host may: we send at most 60 a minute and wait when asked to.
- The shop's webhooks do not tell of an order that is put into the trash; the next pull does. One that was trashed before it came here is
  not taken.

## What we could not try

We built this from WooCommerce's public documentation and tried it against a server of our own that behaves as documented: keys, pages, webhooks and
errors. It was not tried with a shop on WordPress. Security plugins and caches in front of a shop differ; the table below names what they are
known to do.

## When something is wrong

| You see | It means | Do this |
|---|---|---|
| The key or secret is wrong | The shop refuses the pair | Add a new key and replace both fields |
| The key may not read orders | Its user lacks the right | Choose an administrator or shop manager for the key |
| The key may not write | It was made with **Read** | Add a key with **Read/Write** |
| No WooCommerce at this address | Wrong address, or permalinks are *Plain* | Correct the address or the permalinks |
| The shop sends us elsewhere | The address redirects, often to `www` | Enter the address that it names |
| A firewall refuses us | A security plugin or the host blocks calls | Ask your host to allow `/wp-json/wc/v3/` |
""")

TERMS = Terms(
    version="2026-11-01",
    text=_(
        "When you confirm and connect your shop, we read the orders of your WooCommerce shop, including the names, addresses, "
        "email addresses and phone numbers of your customers, and store them as orders of this store. If you connect "
        "webhooks, we register them in your shop in your name. We change nothing else in the shop. You confirm that you run "
        "the shop or act for who does. You can stop at any time by deactivating the integration and revoking the key."
    ),
)
