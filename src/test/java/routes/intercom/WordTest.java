package routes.intercom;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordTest {

    @ParameterizedTest
    @CsvSource({
        "conversation.user.created, true",
        "azAZ09.-, true",
        "'', false",
        "under_score, false",
        "'a b', false",
        "'a\n', false",
        "caf\u00e9, false",
        "\u0441, false",
        "\ud83d\ude00, false",
        "123456789012345678901234567890, true",
        "1234567890123456789012345678901, false"
    })
    void consistsOfItsCharacters(String text, boolean matches) {
        assertEquals(matches, new Word(".-", 30).matches(text));
    }
}
