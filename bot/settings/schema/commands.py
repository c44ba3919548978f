"""commands.yaml: what members and owners can type."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from bot.settings.schema.base import Section, Words


class CommandName(StrEnum):
    """Every command of the product. The words for it are the operator's choice."""

    CHECKIN = "checkin"
    MAKE_UP = "make_up"
    CALENDAR = "calendar"
    POINTS = "points"
    STATEMENT = "statement"
    LEVEL = "level"
    THANK = "thank"
    CLAIM = "claim"
    INVITE = "invite"
    BOARD = "board"
    HIDE = "hide"
    UNHIDE = "unhide"
    LOTTERY = "lottery"
    PRIZES = "prizes"
    CLAIM_PRIZE = "claim_prize"
    GAME_CHAIN = "game_chain"
    GAME_RIDDLES = "game_riddles"
    GAME_QUIZ = "game_quiz"
    GAME_VOTE = "game_vote"
    GAME_STOP = "game_stop"
    GAME_SCORES = "game_scores"
    CAMPAIGNS = "campaigns"
    SIGN_UP = "sign_up"
    GIVE_UP_SEAT = "give_up_seat"
    ARRIVE = "arrive"
    PERKS = "perks"
    TAKE_PERK = "take_perk"
    MY_DATA = "my_data"
    HELP = "help"
    WHO = "who"
    ABILITIES = "abilities"
    ARE_YOU_A_BOT = "are_you_a_bot"
    SHOP = "shop"
    REDEEM = "redeem"
    MY_REDEMPTIONS = "my_redemptions"
    ADDRESS = "address"
    CANCEL_REDEMPTION = "cancel_redemption"
    HUMAN = "human"
    NO_NEED = "no_need"
    PERSONAL_OFF = "personal_off"
    PERSONAL_ON = "personal_on"
    UNSUBSCRIBE = "unsubscribe"
    SUBSCRIBE = "subscribe"
    STEP_OUT = "step_out"
    COME_BACK = "come_back"
    TICKETS = "tickets"
    TAKE_TICKET = "take_ticket"
    ANSWER_TICKET = "answer_ticket"
    CLOSE_TICKET = "close_ticket"
    PACKET = "packet"
    ANNOUNCE = "announce"
    PUBLISH = "publish"
    PLAN = "plan"
    PREVIEW_POST = "preview_post"
    SWAP_POST = "swap_post"
    KEEP_POST = "keep_post"
    WRITE_POST = "write_post"
    SKIP_POST = "skip_post"
    RESTORE_POST = "restore_post"
    APPROVE_POST = "approve_post"
    MOMENTS = "moments"
    MOMENTS_MIX = "moments_mix"
    DATA = "data"
    POST_DATA = "post_data"
    PORTRAIT = "portrait"
    PERSONA = "persona"
    PAUSE = "pause"
    RESUME = "resume"
    ADJUST = "adjust"
    CONFIRM_ADJUSTMENT = "confirm_adjustment"
    SIGN_UP_LIST = "sign_up_list"
    CAMPAIGN_FUNDS = "campaign_funds"
    CONFIRM_FUNDS = "confirm_funds"
    ORDERS = "orders"
    SHIP = "ship"
    GIVE_BACK = "give_back"
    VERIFY = "verify"
    WITHDRAW = "withdraw"
    MY_CASH = "my_cash"
    SLIPS = "slips"
    SLIP_APPROVE = "slip_approve"
    SLIP_SENT = "slip_sent"
    SLIP_RETURN = "slip_return"
    CONFIRM = "confirm"
    CANCEL = "cancel"
    PACKET_PROGRESS = "packet_progress"
    MY_MEMORY = "my_memory"
    REMEMBER = "remember"
    FORGET = "forget"
    FORGET_ALL = "forget_all"
    OPEN_QUESTIONS = "open_questions"
    OFFER_ANSWER = "offer_answer"
    GIVE_ANSWER = "give_answer"
    ADOPT_ANSWER = "adopt_answer"
    DECLINE_ANSWER = "decline_answer"
    SKIP_QUESTION = "skip_question"
    RETRACT_ANSWER = "retract_answer"
    SUBMIT_SHOW = "submit_show"
    SUBMIT_STORY = "submit_story"
    AGREE = "agree"
    AGREE_ANONYMOUS = "agree_anonymous"
    MY_SUBMISSIONS = "my_submissions"
    WITHDRAW_SUBMISSION = "withdraw_submission"
    WITHDRAW_SUBMISSIONS = "withdraw_submissions"
    LIKE = "like"
    SUBMISSIONS = "submissions"
    APPROVE_SUBMISSION = "approve_submission"
    DECLINE_SUBMISSION = "decline_submission"
    FEATURE_SUBMISSION = "feature_submission"


COMMAND_MEANINGS: dict[CommandName, str] = {
    CommandName.CHECKIN: "Check in for today's points.",
    CommandName.MAKE_UP: "Which missed days can be bought back; with a day behind it: buy it back.",
    CommandName.CALENDAR: "My check-ins of this month, as a picture.",
    CommandName.POINTS: "How many points I have.",
    CommandName.STATEMENT: "What my points came from and went to.",
    CommandName.LEVEL: "My level, what it brings, and how far the next one is.",
    CommandName.THANK: "Thank a member, who gets points for it.",
    CommandName.CLAIM: "Claim a share of the open red packet; a password or answer may follow.",
    CommandName.INVITE: "My invite code; with a code behind it: enter a friend's code.",
    CommandName.BOARD: "Who is ahead; with words behind it: another time or measure.",
    CommandName.HIDE: "Do not name me on boards.",
    CommandName.UNHIDE: "Name me on boards again.",
    CommandName.LOTTERY: "Which lotteries run; with a number or a name behind it: draw or enter.",
    CommandName.PRIZES: "What I have won, and what became of it.",
    CommandName.CLAIM_PRIZE: "Claim a gift that I have won.",
    CommandName.GAME_CHAIN: "Chain idioms; with an idiom behind it: the next one.",
    CommandName.GAME_RIDDLES: "Guess riddles; with words behind it: a guess.",
    CommandName.GAME_QUIZ: "The brand's quiz; with words behind it: an answer.",
    CommandName.GAME_VOTE: "The vote that runs; owners: a vote between two, as A 还是 B.",
    CommandName.GAME_STOP: "End the game that runs, for who started it and for owners.",
    CommandName.GAME_SCORES: "Who has won how much in the game, and I in all games.",
    CommandName.CAMPAIGNS: "Which campaigns are on, and what they give.",
    CommandName.SIGN_UP: "Take a seat in a campaign's meeting; its number or name may follow.",
    CommandName.GIVE_UP_SEAT: "Give my seat, or my place in the line, back.",
    CommandName.ARRIVE: "Say the word of a meeting that I am at.",
    CommandName.PERKS: "What members of the group get from campaigns, and my codes.",
    CommandName.TAKE_PERK: "Take a perk, by its number or name.",
    CommandName.MY_DATA: "What is kept about me, sent in private.",
    CommandName.HELP: "Which commands there are; with one behind it: how it is used.",
    CommandName.WHO: "Who the persona is.",
    CommandName.ABILITIES: "What the persona can do for me.",
    CommandName.ARE_YOU_A_BOT: "Whether I am talking to a machine.",
    CommandName.SHOP: "What points buy.",
    CommandName.REDEEM: "Buy something with points, by its number or name.",
    CommandName.MY_REDEMPTIONS: "What I bought, sent in private with its codes.",
    CommandName.ADDRESS: "Where a parcel shall go; in private only.",
    CommandName.CANCEL_REDEMPTION: "Take back what I bought and was not sent, by its number.",
    CommandName.HUMAN: "Call a person of the brand; the reason may follow.",
    CommandName.NO_NEED: "The person whom I called is not needed any more.",
    CommandName.PERSONAL_OFF: "Use nothing that is known about me; withdraws the consent.",
    CommandName.PERSONAL_ON: "Use again what is known about me.",
    CommandName.UNSUBSCRIBE: "Send me no message that would have me do something.",
    CommandName.SUBSCRIBE: "Send me such messages again.",
    CommandName.STEP_OUT: "Send the persona away: commands work, nothing else is answered.",
    CommandName.COME_BACK: "Call the persona back.",
    CommandName.TICKETS: "Staff: which calls for a person are open.",
    CommandName.TAKE_TICKET: "Staff: this call is mine, by its number.",
    CommandName.ANSWER_TICKET: "Staff: answer the member, by the call's number.",
    CommandName.CLOSE_TICKET: "Staff: a call is done, by its number.",
    CommandName.PACKET: "Owners: send a red packet of points.",
    CommandName.ANNOUNCE: "Owners: post an announcement.",
    CommandName.PUBLISH: "Owners: post the next content item now.",
    CommandName.PLAN: "Owners: what will be posted and when.",
    CommandName.PREVIEW_POST: "Staff: a planned post as it will look; its number or time follows.",
    CommandName.SWAP_POST: "Staff: put another item into a slot; its title may follow.",
    CommandName.KEEP_POST: "Staff: keep what is planned for a slot.",
    CommandName.WRITE_POST: "Staff: post these words at a slot.",
    CommandName.SKIP_POST: "Staff: post nothing at a slot.",
    CommandName.RESTORE_POST: "Staff: let the mix choose for a slot again.",
    CommandName.APPROVE_POST: "Whom the files name: yes, this may be posted.",
    CommandName.MOMENTS: "Owners: today's drafts for Moments, to be copied.",
    CommandName.MOMENTS_MIX: "Owners: how the mix of Moments is kept and planned.",
    CommandName.DATA: "Owners: the group's figures.",
    CommandName.POST_DATA: "Owners: what became of the posts of the last days.",
    CommandName.PORTRAIT: "Owners: what is known about a member.",
    CommandName.PERSONA: "Operators: the persona's card and score, or how its account looks.",
    CommandName.PAUSE: "Owners: stop scheduled posts in this group.",
    CommandName.RESUME: "Owners: go on with scheduled posts.",
    CommandName.ADJUST: "Operators: correct a member's points, with a reason.",
    CommandName.CONFIRM_ADJUSTMENT: "Operators: agree to another operator's big correction.",
    CommandName.SIGN_UP_LIST: "Owners: who has a seat, who came, and who waits.",
    CommandName.CAMPAIGN_FUNDS: "Operators: the money of campaigns; with an amount: give some.",
    CommandName.CONFIRM_FUNDS: "Operators: money for a campaign is there, by its number.",
    CommandName.ORDERS: "Operators: which parcels wait to be sent.",
    CommandName.SHIP: "Operators: a parcel was sent, with its tracking number.",
    CommandName.GIVE_BACK: "Operators: take a redemption back and give the points back.",
    CommandName.VERIFY: "Staff: take a member's one-time code.",
    CommandName.WITHDRAW: "Take cash out; an amount in yuan, or all of it, follows.",
    CommandName.MY_CASH: "How much cash I have, and what became of what I took out.",
    CommandName.SLIPS: "Operators: which payouts wait for somebody.",
    CommandName.SLIP_APPROVE: "Operators: say yes to a large payout.",
    CommandName.SLIP_SENT: "Operators: a payout of the list was sent by hand.",
    CommandName.SLIP_RETURN: "Operators: call a payout off; the amount goes back to the member.",
    CommandName.CONFIRM: "Owners: yes to the bot's question.",
    CommandName.CANCEL: "Owners: no to the bot's question.",
    CommandName.PACKET_PROGRESS: "How far the newest red packet is; its proof, once it has ended.",
    CommandName.MY_MEMORY: "What is remembered of me, numbered.",
    CommandName.REMEMBER: "Remember what follows, if it is a fact about me of a known kind.",
    CommandName.FORGET: "Forget one remembered fact, by its number or kind; or all of them.",
    CommandName.FORGET_ALL: "Forget everything that is remembered of me.",
    CommandName.OPEN_QUESTIONS: "Super users: questions that had no answer.",
    CommandName.OFFER_ANSWER: "Super users: an answer to one, by its number.",
    CommandName.GIVE_ANSWER: "Operators: an answer to one, known at once.",
    CommandName.ADOPT_ANSWER: "Operators: an offered answer becomes knowledge.",
    CommandName.DECLINE_ANSWER: "Operators: an offered answer is declined, with a reason.",
    CommandName.SKIP_QUESTION: "Operators: a question is not worth an answer.",
    CommandName.RETRACT_ANSWER: "Operators: what was learned for a question is knowledge no more.",
    CommandName.SUBMIT_SHOW: "Send in a picture with words, to be shown if I say so.",
    CommandName.SUBMIT_STORY: "Send in words, perhaps with pictures, to be shown if I say so.",
    CommandName.AGREE: "What I have sent in may be used with my name; its number may follow.",
    CommandName.AGREE_ANONYMOUS: "What I have sent in may be used without my name.",
    CommandName.MY_SUBMISSIONS: "What I have sent in, and how it stands.",
    CommandName.WITHDRAW_SUBMISSION: "Use what I have sent in no more, by its number.",
    CommandName.WITHDRAW_SUBMISSIONS: "Use nothing of what I have sent in any more.",
    CommandName.LIKE: "I like what a member has sent in, by its number.",
    CommandName.SUBMISSIONS: "Staff: what waits for a review; with a number: one of them.",
    CommandName.APPROVE_SUBMISSION: "Staff: take one in, by its number; the order's may follow.",
    CommandName.DECLINE_SUBMISSION: "Staff: do not take one in, by its number, with a reason.",
    CommandName.FEATURE_SUBMISSION: "Staff: choose one that was taken in, by its number.",
}
"""What each command is for, in the reference and in editors."""


class Command(Section):
    """How one command is typed. Each word also works with a slash before it."""

    words: Annotated[tuple[Words, ...], Field(min_length=1)]
    """Chinese words, the first one is shown in 帮助."""

    alias: Annotated[
        str,
        Field(
            pattern=r"^[a-z_]{2,20}$",
            examples=["checkin"],
            json_schema_extra={"x-form": "2 to 20 lower case letters and _"},
        ),
    ]
    """English alias."""

    help: Words
    """One line for 帮助 with this command behind it."""

    want: str = ""
    """What one wants who uses it; 帮助 lists the commands by it. Empty: among the others."""


class Wishes(Section):
    """What may stand around the word of a command that does no harm: 我要…, 帮我…一下."""

    before: tuple[Words, ...] = ()
    """What makes a wish of the word behind it."""

    after: tuple[Words, ...] = ()
    """What may follow the word of a wish."""


class Courtesies(Section):
    """What may stand around the words of a right (退订, 退出, 人工 …), any number of them."""

    before: tuple[Words, ...] = ()
    """Before them: 请, 麻烦, 帮我."""

    after: tuple[Words, ...] = ()
    """Behind them: 谢谢, 好吗, 吧."""


class CommandsFile(Section):
    """commands.yaml."""

    commands: dict[CommandName, Command]
    """Every command of the product with its words."""

    wishes: Wishes = Wishes()
    """What makes a plain wish of a command's word."""

    courtesies: Courtesies = Courtesies()
    """What people put around the words of a right."""
