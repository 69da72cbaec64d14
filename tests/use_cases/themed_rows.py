"""Instagram rows of a brand that speaks of three things, dated from a given day: enough for a board."""

from datetime import datetime, timedelta
from typing import Any

CAPTIONS = (
    "Chain care: a dry chain eats your gears. Wipe it, oil it, wipe it again. #chaincare",
    "Winter tyres on a commuter bike: we fit them while you drink coffee. #wintertyres",
    "Chain care in three minutes, filmed at our bench. Which oil do you use? #chaincare",
    "Brake check Friday: bring your bicycle, we look at the pads for nothing. #brakecheck",
    "Winter tyres grip on wet leaves. Ours have rolled through four seasons. #wintertyres",
    "Brake check Friday again: seven riders came, two left with new pads. #brakecheck",
    "Chain care after rain: what the salt does in one night. #chaincare",
    "Winter tyres or studs? We rode both to work for a week. #wintertyres",
    "Brake check Friday: why a squeal is a message. #brakecheck",
    "Chain care for e-bikes: more torque, more wear, less mercy. #chaincare",
    "Winter tyres sold out in size 28, new ones arrive on Tuesday. #wintertyres",
    "Brake check Friday for cargo bikes: twelve kilos of groceries need to stop. #brakecheck",
    "Chain care before the first frost: our checklist. #chaincare",
    "Winter tyres: the pressure we ride, and why it is lower than you think. #wintertyres",
)


def themed_rows(newest: datetime) -> list[dict[str, Any]]:
    """Returns the rows, newest first, a day and a half apart; those on chains are liked more from post to post."""
    return [
        {
            "id": str(number),
            "type": "Image",
            "shortCode": f"c{number}",
            "url": f"https://www.instagram.com/p/c{number}/",
            "caption": caption,
            "timestamp": (newest - timedelta(days=1.5 * number)).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "ownerUsername": "nova",
            "likesCount": 40 + (200 - 12 * number if "Chain" in caption else number),
            "commentsCount": 3 + number % 4,
        }
        for number, caption in enumerate(CAPTIONS)
    ]
