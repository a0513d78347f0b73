"""Know More and the terms of Wix."""

from django.utils.translation import gettext_lazy as _

from integrations.contract import Terms

GUIDE = _("""
## What it does

Brings the orders of your Wix site into the store, so that they reach your order webhooks and integrations like any
other order: items, amounts, taxes, discounts, shipping, the customer and the address. Orders of Wix Stores, Wix
Restaurants and other Wix apps that sell through Wix eCommerce come alike. Each order is taken once, and again only when
it changes. Nothing is written to your site.

## What you need

| Setting | Looks like | Where it is |
|---|---|---|
| **API key** | a long text that starts with `IST.` | API Keys Manager of your Wix account |
| **Site ID** | `3f1c9b2e-5d7a-4c1e-9a0b-2f8e6d4c1a7b` | In the address of your site's dashboard |

Only the **owner** or a **co-owner** of the Wix account can make an API key, and the key must belong to the account that
owns the site.

## Get the API key

1. Sign in to Wix and open `https://manage.wix.com/account/api-keys`.
2. Press **Generate API Key** and give it a name, such as "Back office orders".
3. Under permissions choose **Wix eCommerce** (or **Wix Stores**) with reading of orders. It needs nothing else.
4. Choose the site that it may reach: only the one of this store.
5. Press **Generate Key**, confirm the code that Wix sends you, and copy the key. Wix shows it once.

## Get the Site ID

1. In Wix, open the dashboard of the site.
2. Look at the address in your browser. The Site ID is the part that follows `/dashboard/`, up to the next slash.

## Set it up

1. On **Current Integrations**, press the gear beside Wix.
2. Paste the key into **API key** and the id into **Site ID**.
3. Press **Save**.
4. On the **Action** tab, press **Run now** under **Pull orders**. It reads and changes nothing at Wix, and says what is wrong if it cannot.

The first pull begins with today's orders. To bring in older ones, enter a date under **Changed since**.

## How states are read

| In Wix | Here |
|---|---|
| Approved, not or partly fulfilled | Open |
| Fulfilled | Closed |
| Canceled or rejected | Voided |
| Fully refunded | Refunded |
| Not finished checkouts | Not taken |

## Good to know

- Wix allows 200 calls a minute. We make fewer, and wait when Wix asks for it.
- Wix tells the sum that was paid and refunded, not each payment, so a paid order carries one payment of that sum.

## What we could not try

We built this from Wix's public documentation and tried it against a server of our own that behaves as documented. It was not tried with a site at
Wix. What Wix answers to a cursor that it takes no longer is not documented: we then search anew from the last order on.

## When something is wrong

| You see | It means | Do this |
|---|---|---|
| The API key was not accepted (401) | It was deleted or not copied whole | Generate a new key and replace it |
| The key may not read orders (403) | A permission is missing, or the key belongs to another account | Edit the key's permissions and sites |
| The site was not found (404) | The Site ID is wrong | Copy it again from the dashboard's address |
| Wix asks for a pause (429) | Too many calls, by all that use your site | Nothing; the next pull goes on |
""")

TERMS = Terms(
    version="2026-11-01",
    text=_(
        "When you confirm, we read the orders of your Wix site with the key that you enter, including the names, addresses, email addresses "
        "and phone numbers of customers, and handle them as orders of this store. Wix is chosen by you and is not a subcontractor of ours. "
        "You confirm that you may have this data processed here. You can stop at any time by deactivating the integration; orders "
        "that were taken in stay."
    ),
)
