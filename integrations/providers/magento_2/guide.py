"""Know More and the terms of Magento 2."""

from django.utils.translation import gettext_lazy as _

from integrations.contract import Terms

GUIDE = _("""
## What it does

Brings the orders of your Magento 2 or Adobe Commerce shop into the store, so that they reach your order webhooks and
integrations like any other order: items, amounts, taxes, discounts, shipping, the payment, the customer and the
address. Each order is taken once, and again only when it changes. Nothing is written to your shop.

## What you need

| Setting | Looks like | Where it is |
|---|---|---|
| **Base URL** | `https://shop.example.com` | The address of your shop, without `/rest` |
| **Store view code** | `default` | Magento: Stores > All Stores, a click on the store view |
| **Consumer key** | 32 letters and digits | Shown when you activate the integration |
| **Consumer secret** | 32 letters and digits | The same page |
| **Access token** | 32 letters and digits | The same page |
| **Access token secret** | 32 letters and digits | The same page |

It works with version 2.4.4 and later, whose calls are signed with HMAC-SHA256.

## Get the four keys

1. Sign in to the admin of your shop and open **System > Extensions > Integrations**.
2. Press **Add New Integration**. Name it, such as "Back office", and enter your password. Leave both URLs empty.
3. Open **API** on the left, set **Resource Access** to **Custom**, and tick **Sales > Operations > Orders** (viewing is
   enough) and **Stores > Settings > All Stores**.
4. Press **Save**, then **Activate** in the list, then **Allow**.
5. Copy all four values. Press **Done**.

## Get the Store view code

1. In the admin open **Stores > Settings > All Stores**.
2. In the column **Store View** click the one whose orders belong to this store, and copy its **Code**.

Enter `all` to take the orders of every store view.

## Set it up

1. On **Current Integrations**, press the gear beside Magento 2.
2. Fill in the settings and press **Save**.
3. On the **Action** tab, press **Run now** under **Pull orders**. It reads and changes nothing in the shop, and says what is wrong if it
   cannot.

The first pull begins with today's orders. To bring in older ones, enter a date under **Changed since**.

## How states are read

| In Magento | Here |
|---|---|
| New, Pending Payment, Processing, On Hold, Payment Review | Open |
| Complete | Closed |
| Canceled | Voided |
| Closed, which is an order that was refunded | Refunded |

## Good to know

- Amounts are in the currency in which the customer ordered.

## What we could not try

We built this from Adobe's public documentation and tried it against a server of our own that checks signatures and answers as documented, with
each OAuth error that Adobe lists. It was not tried with a Magento shop. Extensions may add states and statuses that are not documented: their
orders are open here.

## When something is wrong

| You see | It means | Do this |
|---|---|---|
| The signature is not valid | A secret was not copied whole | Replace both secrets |
| The consumer key or the access token is not valid | The integration was deleted or authorized again | Copy the new values |
| May not read orders | A permission is missing | Edit the integration, tick Orders and All Stores, and authorize it again |
| Nothing at this address (404) | The Base URL or Store view code is wrong | Correct it |
| The clock differs | The shop's server has the wrong time | Ask its host to correct it |
""")

TERMS = Terms(
    version="2026-11-01",
    text=_(
        "When you confirm, we read the orders of your Magento shop with the keys that you enter, including the names, addresses, email "
        "addresses and phone numbers of customers, and handle them as orders of this store. You confirm that you may have this data "
        "processed here. You can stop at any time by deactivating the integration or by deleting it in Magento; orders that were taken "
        "in stay."
    ),
)
