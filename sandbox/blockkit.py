"""Block Kit as Slack takes it: every known block, element and view with its limits.

https://docs.slack.dev/reference/block-kit and .../reference/views. Input blocks are taken in
modals alone, and nothing is taken that does not stand in the table.
"""

from __future__ import annotations

import copy
import secrets
from typing import Any

from sandbox import contradictions
from sandbox.elements import elements_of
from sandbox.spec import Spec
from sandbox.wire import JsonObject, SlackError, compact

# Undocumented. In reports the sum of the texts alone was too low a measure ("12,000 characters
# with a buffer for block containers"), so the whole JSON is counted: never laxer than Slack.
MESSAGE_CHARACTERS = 13_200
VIEW_BYTES = 250_000

_INPUT = "action_id?=filled:255 focus_on_load?=bool"
_CONFIRMED = f"{_INPUT} confirm?=confirm"
_PROMPTED = f"{_CONFIRMED} placeholder?=plain:150"
_SELECT = f"{_PROMPTED} options?=option*100 option_groups?=option_group*100"
_TYPED = f"{_INPUT} placeholder?=plain:150 dispatch_action_config?=dispatch"
_VIEW = "private_metadata?=str:3000 callback_id?=str:255 external_id?=str:255"
_BLOCK = "block_id?=filled:255"
_WORDS = "style?=text_style"

TABLE = f"""
plain_text: text=filled:3000 emoji?=bool
mrkdwn: text=filled:3000 verbatim?=bool
confirm: title=plain:100 text=text:300 confirm=plain:30 deny=plain:30 style?=primary|danger
option: text=plain:75 value=filled:150 description?=plain:75
choice: text=text:75 value=filled:150 description?=text:75
menu_item: text=plain:75 value=filled:150 description?=plain:75 url?=url
option_group: label=plain:75 options=option*100
dispatch: trigger_actions_on=on_enter_pressed|on_character_entered*2

button: text=plain:75 action_id?=filled:255 value?=str:2000 url?=url style?=primary|danger \
confirm?=confirm accessibility_label?=str:75
static_select: {_SELECT} initial_option?=option
multi_static_select: {_SELECT} initial_options?=option*100 max_selected_items?=int:100
overflow: options=menu_item*5 action_id?=filled:255 confirm?=confirm
radio_buttons: {_CONFIRMED} options=choice*10 initial_option?=choice
checkboxes: {_CONFIRMED} options=choice*10 initial_options?=choice*10
plain_text_input: {_TYPED} initial_value?=str:3000 multiline?=bool min_length?=int:3000 \
max_length?=int:3000
number_input: {_TYPED} is_decimal_allowed=bool initial_value?=decimal min_value?=decimal \
max_value?=decimal
url_text_input: {_TYPED} initial_value?=str:3000
email_text_input: {_TYPED} initial_value?=str:3000
datepicker: {_PROMPTED} initial_date?=day
users_select: {_PROMPTED} initial_user?=filled:20
clickable < button static_select overflow radio_buttons checkboxes datepicker users_select
fillable < plain_text_input number_input url_text_input email_text_input static_select \
multi_static_select radio_buttons checkboxes datepicker users_select
accessory < button static_select multi_static_select overflow radio_buttons checkboxes \
datepicker users_select image
context_element < plain_text mrkdwn image

text_style: bold?=bool italic?=bool strike?=bool code?=bool underline?=bool
rich_inline < link user usergroup channel emoji broadcast date text
text: text=filled:13200 {_WORDS}
link: url=url text?=str:3000 unsafe?=bool {_WORDS}
user: user_id=filled:20 {_WORDS}
usergroup: usergroup_id=filled:20 {_WORDS}
channel: channel_id=filled:20 {_WORDS}
emoji: name=filled:100 {_WORDS}
broadcast: range=here|channel|everyone {_WORDS}
date: timestamp=int:99999999999 format=filled:300 url?=url fallback?=str:300 {_WORDS}
rich_text_section: elements=rich_inline*0..1000
rich_text_preformatted: elements=rich_inline*0..1000 border?=int:1
rich_text_quote: elements=rich_inline*0..1000 border?=int:1
rich_section < rich_text_section
rich_text_list: style=bullet|ordered elements=rich_section*1000 indent?=int:8 offset?=int:1000
rich_part < rich_text_section rich_text_preformatted rich_text_quote rich_text_list

header: {_BLOCK} text=plain:150
divider: {_BLOCK}
image: {_BLOCK} image_url=url alt_text=filled:2000 title?=plain:2000
context: {_BLOCK} elements=context_element*10
rich_text: {_BLOCK} elements=rich_part*0..1000
actions: {_BLOCK} elements=clickable*25
section: {_BLOCK} text?=text:3000 fields?=text:2000*10 accessory?=accessory expand?=bool
input: {_BLOCK} label=plain:2000 element=fillable hint?=plain:2000 optional?=bool \
dispatch_action?=bool
block < header divider image context rich_text actions section
modal_block < header divider image context rich_text actions section input
modal: {_VIEW} title=plain:24 blocks=modal_block*0..100 close?=plain:24 submit?=plain:24 \
clear_on_close?=bool notify_on_close?=bool
home: {_VIEW} blocks=block*0..100
modal_view < modal
home_view < home
metadata: event_type=filled:255 event_payload=object
"""
SPEC = Spec(TABLE)


def checked_blocks(blocks: Any) -> list[JsonObject]:
    """A message's blocks with every id filled in; SlackError when Slack would refuse them."""
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    wrong = list(SPEC.problems("block*0..50", blocks, "/blocks"))
    if wrong := wrong or list(contradictions.in_blocks(blocks, "/blocks")):
        raise SlackError("invalid_blocks", *wrong)
    if len(compact(blocks)) > MESSAGE_CHARACTERS:
        raise SlackError("msg_blocks_too_long")
    return _with_ids(blocks)


def checked_view(view: Any, kind: str) -> JsonObject:
    """A "modal" or "home" view, ids filled in; SlackError when Slack would refuse it."""
    if len(compact(view).encode()) > VIEW_BYTES:
        raise SlackError("view_too_large")
    wrong = list(SPEC.problems(f"{kind}_view", view, "/view"))
    wrong = wrong or list(contradictions.in_blocks(view["blocks"], "/view/blocks"))
    if not wrong and "submit" not in view and any(b["type"] == "input" for b in view["blocks"]):
        wrong = ["[ERROR] a view with input blocks needs a submit button [json-pointer:/view]"]
    if wrong:
        raise SlackError("invalid_arguments", *wrong)
    return {**view, "blocks": _with_ids(view["blocks"])}


def _with_ids(blocks: list[JsonObject]) -> list[JsonObject]:
    blocks = copy.deepcopy(blocks)
    for block in blocks:
        block.setdefault("block_id", secrets.token_urlsafe(4))
        for element in elements_of(block):
            element.setdefault("action_id", secrets.token_urlsafe(4))
    return blocks
