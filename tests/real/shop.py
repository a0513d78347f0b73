"""What the shop has on offer and who buys: filled in through the Admin API, bought through the Shop API, as people do."""

from dataclasses import dataclass
from typing import Any

from tests.real.vendure import ADMIN, SHOP, Session, Vendure

CHANNEL = "bakery"
COUPON = "TENOFF"
PERSON = {"firstName": "Jo", "lastName": "Doe", "emailAddress": "jo@example.com", "phoneNumber": "+1 617 555 0123"}
ADDRESS = {
    "fullName": "Jo Doe", "streetLine1": "1 Harbor Street", "streetLine2": "Apt 2", "city": "Boston", "province": "MA",
    "postalCode": "02110", "countryCode": "US", "phoneNumber": "+1 617 555 0123",
}  # fmt: skip


def _words(name: str) -> list[dict[str, str]]:
    return [{"languageCode": "en", "name": name}]


def _operation(code: str, **arguments: object) -> dict[str, Any]:
    return {"code": code, "arguments": [{"name": name, "value": str(value)} for name, value in arguments.items()]}


@dataclass(frozen=True, slots=True)
class Placed:
    """An order as the shop told its customer; amounts in minor units, with tax."""

    id: str
    code: str
    total: int


class Owner:
    """The one who runs the shop."""

    def __init__(self, vendure: Vendure, channel: str = "") -> None:
        self.ask = Session(vendure, ADMIN, channel).ask
        self.ask(
            'mutation ($password: String!) { login(username: "superadmin", password: $password) '
            "{ ... on CurrentUser { id } ... on ErrorResult { errorCode message } } }",
            password=vendure.password,
        )

    def open_shop(self) -> list[str]:
        """Country, tax of 8.875 %, a channel of its own, two products, shipping, payment and a coupon; the ids of what is on offer."""
        country = self._create(
            "createCountry", "CreateCountryInput", code="US", enabled=True, translations=_words("USA")
        )
        zone = self._create("createZone", "CreateZoneInput", name="USA", memberIds=[country])
        category = self._create("createTaxCategory", "CreateTaxCategoryInput", name="Food", isDefault=True)
        self._create(
            "createTaxRate", "CreateTaxRateInput",
            name="Sales tax", enabled=True, value=8.875, categoryId=category, zoneId=zone,
        )  # fmt: skip
        self.ask(
            "mutation ($zone: ID!) { updateChannel(input: {id: 1, defaultTaxZoneId: $zone, defaultShippingZoneId: $zone}) "
            "{ ... on Channel { id } ... on ErrorResult { errorCode message } } }",
            zone=zone,
        )  # fmt: skip
        channel = self._create(
            "createChannel", "CreateChannelInput", union="Channel",
            code=CHANNEL, token=CHANNEL, defaultLanguageCode="en", defaultCurrencyCode="USD", pricesIncludeTax=False,
            defaultTaxZoneId=zone, defaultShippingZoneId=zone,
        )  # fmt: skip
        # A new channel has no place to take goods from; the first one of the shop always exists.
        self._assign("StockLocations", "stockLocationIds", channel, "1")
        variants = [
            self._offer(channel, category, *each) for each in (("Sourdough", "BRD-1", 1250), ("Rye", "BRD-2", 999))
        ]
        method = self._create(
            "createShippingMethod", "CreateShippingMethodInput",
            code="courier", fulfillmentHandler="manual-fulfillment",
            translations=[{"languageCode": "en", "name": "Courier", "description": ""}],
            checker=_operation("default-shipping-eligibility-checker", orderMinimum=0),
            calculator=_operation("default-shipping-calculator", rate=500, includesTax="exclude", taxRate=0),
        )  # fmt: skip
        self._assign("ShippingMethods", "shippingMethodIds", channel, method)
        for code, settle in (("card", "true"), ("card-later", "false")):
            payment = self._create(
                "createPaymentMethod", "CreatePaymentMethodInput",
                code=code, enabled=True, handler=_operation("dummy-payment-handler", automaticSettle=settle),
                translations=[{"languageCode": "en", "name": code, "description": ""}],
            )  # fmt: skip
            self._assign("PaymentMethods", "paymentMethodIds", channel, payment)
        coupon = self._create(
            "createPromotion", "CreatePromotionInput", union="Promotion",
            enabled=True, couponCode=COUPON, conditions=[], translations=_words("Ten percent off"),
            actions=[_operation("order_percentage_discount", discount=10)],
        )  # fmt: skip
        self._assign("Promotions", "promotionIds", channel, coupon)
        return variants

    def api_key(self) -> str:
        """A key that may read orders and nothing else, good in the channel that this owner works in."""
        channels = [str(each["id"]) for each in self.ask("{ channels { items { id } } }")["items"]]
        role = self._create(
            "createRole", "CreateRoleInput", code="back-office", description="Reads orders",
            permissions=["ReadOrder"], channelIds=channels,
        )  # fmt: skip
        made = self.ask(
            "mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey } }",
            input={"roleIds": [role], "translations": _words("Back office")},
        )
        return str(made["apiKey"])

    def order(self, order_id: str) -> dict[str, Any]:
        return self.ask(
            "query ($id: ID!) { order(id: $id) { id state updatedAt lines { id quantity } payments { id amount state } "
            "fulfillments { id state } } }",
            id=order_id,
        )

    def settle(self, order_id: str) -> None:
        payment = self.order(order_id)["payments"][0]["id"]
        self._do("settlePayment(id: $id)", "Payment", id=payment)

    def deliver(self, order_id: str) -> None:
        """Ship all of it, then say that it arrived."""
        lines = [{"orderLineId": line["id"], "quantity": line["quantity"]} for line in self.order(order_id)["lines"]]
        handler = _operation("manual-fulfillment", method="Courier", trackingCode="T1")
        made = self.ask(
            "mutation ($input: FulfillOrderInput!) { addFulfillmentToOrder(input: $input) "
            "{ ... on Fulfillment { id } ... on ErrorResult { errorCode message } } }",
            input={"lines": lines, "handler": handler},
        )  # fmt: skip
        for state in ("Shipped", "Delivered"):
            self._do(f'transitionFulfillmentToState(id: $id, state: "{state}")', "Fulfillment", id=made["id"])

    def cancel(self, order_id: str) -> None:
        self.ask(
            "mutation ($id: ID!) { cancelOrder(input: {orderId: $id, cancelShipping: true, reason: \"Sold out\"}) "
            "{ ... on Order { id } ... on ErrorResult { errorCode message } } }",
            id=order_id,
        )  # fmt: skip

    def refund(self, order_id: str, amount: int) -> None:
        """Give money back, and say that it has gone out."""
        payment = self.order(order_id)["payments"][0]["id"]
        made = self.ask(
            "mutation ($input: RefundOrderInput!) { refundOrder(input: $input) "
            "{ ... on Refund { id state } ... on ErrorResult { errorCode message } } }",
            input={"paymentId": payment, "amount": amount, "lines": [], "shipping": 0, "adjustment": 0, "reason": "Burnt"},
        )  # fmt: skip
        if made["state"] == "Pending":
            self.ask(
                'mutation ($id: ID!) { settleRefund(input: {id: $id, transactionId: "R1"}) '
                "{ ... on Refund { id } ... on ErrorResult { errorCode message } } }",
                id=made["id"],
            )  # fmt: skip

    def _offer(self, channel: str, category: str, name: str, sku: str, price: int) -> str:
        words = [{"languageCode": "en", "name": name, "slug": sku.lower(), "description": ""}]
        product = self._create("createProduct", "CreateProductInput", translations=words)
        variants = self.ask(
            "mutation ($input: [CreateProductVariantInput!]!) { createProductVariants(input: $input) { id } }",
            input=[
                {
                    "productId": product, "translations": _words(name), "sku": sku, "price": price,
                    "taxCategoryId": category, "stockOnHand": 1000,
                }
            ],
        )  # fmt: skip
        self.ask(
            "mutation ($product: ID!, $channel: ID!) "
            "{ assignProductsToChannel(input: {productIds: [$product], channelId: $channel, priceFactor: 1}) { id } }",
            product=product, channel=channel,
        )  # fmt: skip
        return str(variants[0]["id"])  # type: ignore[index]

    def _create(self, mutation: str, kind: str, *, union: str = "", **values: object) -> str:
        wanted = f"... on {union} {{ id }} ... on ErrorResult {{ errorCode message }}" if union else "id"
        made = self.ask(f"mutation ($input: {kind}!) {{ {mutation}(input: $input) {{ {wanted} }} }}", input=values)
        return str(made["id"])

    def _assign(self, what: str, ids: str, channel: str, one: str) -> None:
        self.ask(
            f"mutation ($one: ID!, $channel: ID!) {{ assign{what}ToChannel(input: {{{ids}: [$one], channelId: $channel}}) {{ id }} }}",
            one=one, channel=channel,
        )  # fmt: skip

    def _do(self, mutation: str, kind: str, **variables: str) -> None:
        self.ask(
            f"mutation ($id: ID!) {{ {mutation} {{ ... on {kind} {{ id }} ... on ErrorResult {{ errorCode message }} }} }}",
            **variables,
        )


def buy(
    vendure: Vendure, basket: dict[str, int], *, channel: str = CHANNEL, coupon: str = "", payment: str = "card"
) -> Placed:
    """A guest's way through the shop: basket, who and where, shipping, payment."""
    ask = Session(vendure, SHOP, channel).ask
    problem = "... on ErrorResult { errorCode message }"
    for variant, quantity in basket.items():
        ask(
            f"mutation ($id: ID!, $n: Int!) {{ addItemToOrder(productVariantId: $id, quantity: $n) {{ ... on Order {{ id }} {problem} }} }}",
            id=variant, n=quantity,
        )  # fmt: skip
    if coupon:
        ask(
            f"mutation ($code: String!) {{ applyCouponCode(couponCode: $code) {{ ... on Order {{ id }} {problem} }} }}",
            code=coupon,
        )
    ask(
        f"mutation ($input: CreateCustomerInput!) {{ setCustomerForOrder(input: $input) {{ ... on Order {{ id }} {problem} }} }}",
        input=PERSON,
    )
    ask(
        f"mutation ($input: CreateAddressInput!) {{ setOrderShippingAddress(input: $input) {{ ... on Order {{ id }} {problem} }} }}",
        input=ADDRESS,
    )
    method = ask("{ eligibleShippingMethods { id } }")[0]["id"]  # type: ignore[index]
    ask(
        f"mutation ($id: [ID!]!) {{ setOrderShippingMethod(shippingMethodId: $id) {{ ... on Order {{ id }} {problem} }} }}",
        id=[method],
    )
    ask(f'mutation {{ transitionOrderToState(state: "ArrangingPayment") {{ ... on Order {{ id }} {problem} }} }}')
    order = ask(
        f"mutation ($method: String!) {{ addPaymentToOrder(input: {{method: $method, metadata: {{}}}}) "
        f"{{ ... on Order {{ id code totalWithTax }} {problem} }} }}",
        method=payment,
    )
    return Placed(str(order["id"]), str(order["code"]), int(order["totalWithTax"]))
