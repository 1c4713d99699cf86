"""Days and times as texts, for all years that 64 bits can count, as `parseParquet` writes them."""


def date_text(days):
    """The date so many days after 1970-01-01, in the proleptic Gregorian calendar (H. Hinnant, "chrono-compatible date algorithms")."""
    shifted = days + 719468
    era, day_of_era = divmod(shifted, 146097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36524 - day_of_era // 146096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9
    year = year_of_era + era * 400 + (1 if month <= 2 else 0)
    return f"{year:04d}-{month:02d}-{day:02d}"


def time_text(count, places):
    """A time of day, from a count of units of which a second has ten to the power of `places`."""
    seconds, fraction = divmod(count, 10**places)
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{clock}.{fraction:0{places}d}" if places else clock


def moment_text(count, places, is_utc):
    days, rest = divmod(count, 86400 * 10**places)
    return f"{date_text(days)}T{time_text(rest, places)}" + ("Z" if is_utc else "")
