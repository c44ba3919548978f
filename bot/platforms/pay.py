"""What WeChat Pay allows: sizes, amounts and times of merchant transfers (v3).

Pages are those of pay.weixin.qq.com; what none says is ours, or marked unverified.
"""

import re
from typing import Final

BILL_NO: Final = re.compile(r"[0-9A-Za-z]{1,32}")  # transfer-to-user
OPENID_CHARACTERS: Final = 64  # transfer-to-user
REMARK_CHARACTERS: Final = 32  # transfer-to-user, seen by the payee

REAL_NAME_FEN: Final = 200_000
"""From 2,000 yuan on the payee's real name has to be given (transfer-to-user). We do not ask for
names, so nothing of this size is paid."""

CONFIRM_HOURS: Final = 24
"""How long the payee may confirm; then the bill fails by itself."""

QUERY_DAYS: Final = 30
"""How long a bill can be asked for (4015469131); afterwards only statements know it."""

NOTICE_SECONDS: Final = 300  # unverified, usual: older and newer notices are not taken
STATEMENT_HOUR: Final = 10
"""Local hour from which yesterday's statement should be there (4012760535); made from 9 on."""

STATEMENT_BYTES: Final = 64 * 1024 * 1024  # ours: a larger statement is not read
PLATFORM_ZONE: Final = "Asia/Shanghai"
"""The platform's days are those of Beijing, wherever the community is."""
