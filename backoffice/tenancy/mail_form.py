"""The form of a member's mails: for each topic about which stores, by group, and by name where they are few, by code where they are many."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.tenancy.mails.choices import Chosen, Reach
from backoffice.tenancy.mails.topics import Topic
from backoffice.tenancy.models import Member, StoreGroup
from backoffice.tenancy.store_groups import stores_by_code

#: So many stores are listed by name; of more, codes are entered.
FEW_STORES = 20


@dataclass(frozen=True, slots=True)
class TopicRow:
    """The fields of one topic; without `reach` nobody can switch it off."""

    topic: Topic
    reach: forms.BoundField | None
    #: What says which stores, where only some are meant.
    which: list[forms.BoundField]


@dataclass(frozen=True, slots=True)
class Section:
    name: str | Promise
    rows: list[TopicRow]


class MailForm(forms.Form):
    """The topics that a member may get mails of, and what they get now."""

    def __init__(self, data: Any = None, *, member: Member, topics: list[Topic], chosen: Mapping[str, Chosen]) -> None:
        super().__init__(data)
        self._member, self._topics = member, topics
        found = list(member.stores().by_name()[: FEW_STORES + 1])
        self.few = len(found) <= FEW_STORES
        self._stores = {store.code: store for store in found} if self.few else {}
        groups = StoreGroup.objects.filter(organization_id=member.organization_id, stores__in=member.stores())
        reached = member.stores().filter(pk__in={store.pk for one in chosen.values() for store in one.stores})
        self._reached = frozenset(reached)
        self._chosen = chosen
        self._groups = {group.public_id: group for group in groups.distinct().order_by("name")}
        for topic in topics:
            if topic.always is None:
                self._add(topic, chosen[topic.code], by_store=topic.by_store and len(found) > 1)

    def _add(self, topic: Topic, chosen: Chosen, *, by_store: bool) -> None:
        choices = [(Reach.ALL, _("About all my stores") if topic.by_store else _("Send them"))]
        if by_store:
            choices.append((Reach.SOME, _("About some of them")))
        choices.append((Reach.NONE, _("None")))
        # Of one who had chosen some of several stores and has one left, that one.
        reach = Reach.ALL if chosen.reach == Reach.SOME and not by_store else chosen.reach
        self.fields[f"reach_{topic.code}"] = forms.ChoiceField(
            label=str(topic.name),
            help_text=str(topic.meaning),
            choices=choices,
            initial=reach,
            widget=forms.RadioSelect,
        )
        if by_store:
            self._add_which(topic, chosen)

    def _add_which(self, topic: Topic, chosen: Chosen) -> None:
        named = {"topic": topic.name}
        if self._groups:
            self.fields[f"groups_{topic.code}"] = forms.MultipleChoiceField(
                label=_("Store groups: %(topic)s") % named,
                required=False,
                choices=[(code, group.name) for code, group in self._groups.items()],
                initial=[group.public_id for group in chosen.groups],
                widget=forms.CheckboxSelectMultiple,
            )
        if self.few:
            self.fields[f"stores_{topic.code}"] = forms.MultipleChoiceField(
                label=_("Stores: %(topic)s") % named,
                required=False,
                choices=[(code, store.name) for code, store in self._stores.items()],
                initial=[store.code for store in chosen.stores & self._reached],
                widget=forms.CheckboxSelectMultiple,
            )
            return
        self.fields[f"codes_{topic.code}"] = forms.CharField(
            label=_("Codes of stores: %(topic)s") % named,
            required=False,
            max_length=400_000,
            initial="\n".join(sorted(store.code for store in chosen.stores & self._reached)),
            widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "placeholder": "DT01, DT02"}),
            help_text=gettext_lazy("Between blanks, commas or lines; a column copied from a spreadsheet will do."),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.wanted: dict[Topic, Chosen] = {}
        for topic in self._topics:
            reach = cleaned.get(f"reach_{topic.code}")
            if reach == Reach.SOME:
                self._clean_some(topic, cleaned)
            elif reach:
                self.wanted[topic] = Chosen(reach)
        return cleaned

    def _clean_some(self, topic: Topic, cleaned: dict[str, Any]) -> None:
        last = f"stores_{topic.code}" if self.few else f"codes_{topic.code}"
        if last in self.errors:
            return
        stores = [self._stores[code] for code in cleaned.get(f"stores_{topic.code}", ())]
        groups = [self._groups[code] for code in cleaned.get(f"groups_{topic.code}", ())]
        if not self.few and cleaned.get(last):
            named, unknown = stores_by_code(self._member.organization, cleaned[last])
            mine = set(self._member.stores().filter(pk__in=[store.pk for store in named]))
            unknown += [store.code for store in named if store not in mine]
            stores = list(mine)
            if unknown:
                shown = ", ".join(unknown[:10]) + (f" … (+{len(unknown) - 10})" if len(unknown) > 10 else "")
                self.add_error(last, _("You have no store with the code %(codes)s.") % {"codes": shown})
                return
        if not stores and not groups:
            self.add_error(last, _("Choose at least one store, or “None” above."))
            return
        # Stores that are closed, or not this member's for now, are not shown here; the choice holds for them when they are back.
        out_of_reach = self._chosen[topic.code].stores - self._reached
        self.wanted[topic] = Chosen(Reach.SOME, frozenset(stores) | out_of_reach, frozenset(groups))

    def sections(self) -> Iterator[Section]:
        """The topics under the headings they are registered with, what happens every day before what seldom does."""
        rows: dict[str, list[TopicRow]] = {}
        names: dict[str, str | Promise] = {}
        for topic in self._topics:
            names.setdefault(str(topic.section), topic.section)
            rows.setdefault(str(topic.section), []).append(self._row(topic))
        return (Section(names[key], rows[key]) for key in reversed(rows))

    def _row(self, topic: Topic) -> TopicRow:
        reach = self[f"reach_{topic.code}"] if topic.always is None else None
        which = [
            self[name] for kind in ("groups", "stores", "codes") if (name := f"{kind}_{topic.code}") in self.fields
        ]
        return TopicRow(topic, reach, which)
