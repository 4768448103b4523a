package routes.klaviyo;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The two identifiers by which a profile is found: e-mail and phone. What Klaviyo would refuse is left out here, since it
 * refuses the whole event for one bad identifier. Thread-safe.
 */
public final class Identity {

    /** Klaviyo: "valid email, at most 100 characters". */
    private static final int EMAIL_MAX = 100;

    private static final String ATOM = "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+";
    private static final String LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
    private static final Pattern EMAIL =
            Pattern.compile(ATOM + "(?:\\." + ATOM + ")*@(?:" + LABEL + "\\.)+[a-zA-Z][a-zA-Z0-9-]*[a-zA-Z0-9]");

    /** Longer than any number with its extension; libphonenumber would otherwise search through megabytes. */
    private static final int PHONE_MAX = 60;

    private final PhoneNumberUtil phones = PhoneNumberUtil.getInstance();
    private final @Nullable String region;

    /** @param region ISO 3166 code by which national numbers are read; null: only international ones count */
    public Identity(@Nullable String region) {
        this.region = region;
    }

    /** @return the address, trimmed; null when Klaviyo would not take it */
    public static @Nullable String email(@Nullable String address) {
        if (address == null) {
            return null;
        }
        String trimmed = address.strip();
        return trimmed.length() <= EMAIL_MAX && EMAIL.matcher(trimmed).matches() ? trimmed : null;
    }

    /** @return the number as E.164 ({@code +16502530000}); null when it is not a valid one */
    public @Nullable String phone(@Nullable String number) {
        if (number == null || number.length() > PHONE_MAX) {
            return null;
        }
        try {
            PhoneNumber parsed = phones.parse(number, region);
            return phones.isValidNumber(parsed) ? phones.format(parsed, PhoneNumberFormat.E164) : null;
        } catch (NumberParseException e) {
            return null;
        }
    }
}
