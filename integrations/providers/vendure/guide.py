"""Know More and the terms of Vendure."""

from django.utils.translation import gettext_lazy as _

from integrations.contract import Terms

GUIDE = _("""
## What it does

Brings the orders of your Vendure shop into the store, so that they reach your order webhooks and integrations like any
other order: items, amounts, taxes, discounts, shipping, payments, refunds, the customer and the address. Each order is
taken once, and again when it changes. Baskets that were never ordered are not taken. Nothing is written to your shop.

## What you need

| Setting | Looks like | Where it is |
|---|---|---|
| **Admin API address** | `https://shop.example.com/admin-api` | Whoever runs the shop knows it |
| **Channel token** | `bakery-boston` | Vendure: Settings > Channels. Leave it empty if the shop has one channel |
| **Sign in with** | An API key | An API key is what Vendure recommends for programs; it needs version 3.6 or later |
| **API key** | two long texts with a colon between | Vendure: Settings > API Keys |
| **User name** and **Password** | `orders@example.com` | Only without an API key: an administrator made for us |
| **Shipping methods for pick-up** | `pick-up, curbside` | Vendure: Settings > Shipping Methods, the column Code |
| **Days to look back** | `7` | Your choice, see below |

It works with Vendure 2.2 and later.

## Make an API key

1. Ask whoever runs the shop to turn API keys on, with `'api-key'` in `authOptions.tokenMethod` of its configuration.
   Vendure leaves them off, and then does not know any key.
2. In Vendure's dashboard choose the **channel** whose orders belong to this store. A key works in the channel in which it was
   made and in the default channel, and nowhere else.
3. Under **Settings > Roles** make a role "Back office" in that channel with one permission: read **Order**.
4. Under **Settings > API Keys** press **New API Key**, name it "Back office" and give it that role alone.
5. Copy the key. Vendure shows it once.

For a shop before 3.6, make an administrator with that role instead, choose the account under **Sign in with**, and ask for
`'bearer'` in `tokenMethod`.

## Set it up

1. On **Current Integrations**, press the gear beside Vendure.
2. Fill in the settings and press **Save**.
3. On the **Action** tab, press **Run now** under **Pull orders**. It reads and changes nothing in the shop, and says what is
   wrong if it cannot.

The first pull begins with today's orders. To bring in older ones, enter a date under **Changed since**.

## How states are read

| In Vendure | Here |
|---|---|
| Payment authorized or settled, partially shipped or delivered, modifying, arranging additional payment | Open |
| Shipped, Delivered | Closed |
| Cancelled | Voided; what was cancelled no longer stands in the order, as in Vendure |
| Any state, once all that was paid has been given back | Refunded |
| States that your shop added | Open |

## Good to know

- Vendure cannot be asked which orders changed their state or were refunded. So each pull looks at the times of all orders of
  the last **Days to look back**, and fetches those that changed. What changes later than that is seen only if the order
  itself was edited.
- Amounts are in the currency in which the customer ordered, in the decimal places that your shop is set to.
- A payment counts once it is settled, a refund once it is settled too.
- A surcharge is a line of the order; one below zero is a discount.
- It was tried against a real Vendure 3.7 on SQLite that we ran ourselves, and against a server that behaves as documented
  for what a real one rarely does.

## When something is wrong

| You see | It means | Do this |
|---|---|---|
| Vendure does not know the API key | It was deleted, made in another channel, or keys are turned off | Make one in this channel, or have keys turned on |
| The shop does not let us read orders | The role lacks the permission | Give it ReadOrder in this channel |
| No channel with this token | The Channel token is wrong | Copy it again |
| Vendure refuses the user name or the password | The password was changed | Replace it |
| There is no Admin API at this address | The path is wrong | Ask whoever runs the shop |
| Something in front of the shop refuses us | A firewall or a login of the host | Ask to let us reach the Admin API |
""")

TERMS = Terms(
    version="2026-11-24",
    text=_(
        "When you confirm, we read the orders of your Vendure shop with the key or account that you enter, including the names, addresses, "
        "email addresses and phone numbers of customers, and handle them as orders of this store. You confirm that you may have this data "
        "processed here. You can stop at any time by deactivating the integration or by deleting the key in Vendure; orders that were "
        "taken in stay."
    ),
)
