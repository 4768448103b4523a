package routes;

import java.util.Locale;

/**
 * One line about whether the configuration works.
 *
 * @param what is checked: settings, Intercom, Klaviyo, database, routes
 */
record Check(Result result, String what, String text) {

    enum Result {
        OK,
        WARNING,
        FAILED;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Check ok(String what, String text) {
        return new Check(Result.OK, what, text);
    }

    static Check warning(String what, String text) {
        return new Check(Result.WARNING, what, text);
    }

    static Check failed(String what, String text) {
        return new Check(Result.FAILED, what, text);
    }
}
