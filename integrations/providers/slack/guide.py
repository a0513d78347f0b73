"""Know More and the terms of Slack."""

from django.utils.translation import gettext_lazy as _

from integrations.contract import Terms

GUIDE = _("""
## What it does

Posts a message to a Slack channel when something happens to an order: a closed check, a void, a refund, a new online
order. The message names the order, the store, the channel it came through, each item with its modifiers, and the
totals. You choose the events and, if you like, the smallest amount that is worth a message.

## What you need

| Setting | Where it comes from |
|---|---|
| **Webhook URL** | An incoming webhook that you make in Slack, in the steps below |
| **Events to post** | Your choice; for most stores Close, Void and Refund |
| **Minimum amount** | Your choice, in the currency of the order; empty means every order |

You need to be allowed to add apps to your Slack workspace. If Slack says that an administrator must approve, ask one.

## Get the Webhook URL

1. Open `https://api.slack.com/apps` and sign in to your workspace.
2. Press **Create New App**, choose **From scratch**, name it as the messages shall be signed ("Orders"), and choose the
   workspace.
3. In the menu on the left choose **Incoming Webhooks** and turn on **Activate Incoming Webhooks**.
4. Press **Add New Webhook to Workspace**, choose the channel and press **Allow**.
5. Copy the address that appears under **Webhook URL**. It starts with `https://hooks.slack.com/services/`.

**Treat this address like a password.** Whoever has it can post to your channel, so it is stored encrypted, never shown
again and left out of our logs: lists show `https://hooks.slack.com/` only.

## Set it up

1. On **Current Integrations**, press the gear beside Slack.
2. Paste the address into **Webhook URL**.
3. Under **Events to post**, choose what the channel wants to hear of.
4. Fill in **Minimum amount** if small orders shall stay silent.
5. Press **Save**. The next order event that you chose is posted to the channel.

## Good to know

- One webhook posts to one channel. To post to another channel, make another webhook and replace the address.
- Slack takes about one message a second for each webhook. When it asks for a pause, messages wait and arrive later.
- A message shows the first forty items of an order and says how many more there are.
- Customer names, phone numbers and email addresses are not posted.

## What we could not try

We built this from Slack's public documentation and tried it against a server of our own that behaves as documented, with each error that Slack
lists. It was not tried in a workspace at Slack: press **Test connection**, which posts a message, and look at it in your channel.

## When something is wrong

| Slack says | It means | Do this |
|---|---|---|
| `no_service`, `no_active_hooks`, `invalid_token` | The webhook was removed or switched off, or the address is incomplete | Make a new webhook and replace the address |
| `no_team` | The workspace does not exist any more | Make a webhook in another workspace |
| `channel_not_found`, `channel_is_archived` | The channel was deleted or archived | Unarchive it, or make a webhook for another channel |
| `action_prohibited`, `posting_to_general_channel_denied` | An administrator restricts who may post there | Ask the administrator, or choose another channel |
| `invalid_payload` | Slack could not read the message | Tell our support which order it was |
| 429 | Too many messages at once | Nothing; they are posted later |
""")

TERMS = Terms(
    version="2026-11-01",
    text=_(
        "When you confirm, messages about the orders of this store are posted to the Slack channel of the webhook that you enter, each "
        "time one of the events you choose happens. Everybody in that channel can read them. Slack is chosen by you and is not a "
        "subcontractor of ours; its own terms apply to what it stores. You can stop at any time by deactivating the integration; "
        "messages that were posted stay in the channel."
    ),
)
