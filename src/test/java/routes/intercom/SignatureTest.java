package routes.intercom;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Published vectors are accepted exactly when they are valid, and a header only in the one form that Intercom writes. */
class SignatureTest {

    /** RFC 2202, test case 2. */
    private static final String SECRET = "Jefe";

    private static final byte[] BODY = "what do ya want for nothing?".getBytes(US_ASCII);
    private static final String DIGEST = "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79";

    private final Signature signature = new Signature(List.of(SECRET));

    @ParameterizedTest(name = "{0} {1}")
    @CsvFileSource(resources = "/hmac-sha1-vectors.csv", numLinesToSkip = 1)
    void publishedVectors(String source, String number, String key, String message, String tag, boolean valid) {
        Signature ofKey = Signature.ofKey(HexFormat.of().parseHex(key));
        byte[] body = message == null ? new byte[0] : HexFormat.of().parseHex(message);

        assertTrue(valid == ofKey.accepts(List.of("sha1=" + tag), body), () -> source + " " + number);
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvFileSource(resources = "/hmac-sha1-vectors.csv", numLinesToSkip = 1)
    void aVectorWithAnyBitOfTheTagTurnedIsRefused(
            String source, String number, String key, String message, String tag, boolean valid) {
        Signature ofKey = Signature.ofKey(HexFormat.of().parseHex(key));
        byte[] body = message == null ? new byte[0] : HexFormat.of().parseHex(message);
        for (int bit = 0; valid && bit < 160; bit++) {
            byte[] turned = HexFormat.of().parseHex(tag);
            turned[bit / 8] ^= (byte) (1 << bit % 8);
            int position = bit;
            assertFalse(
                    ofKey.accepts(List.of("sha1=" + HexFormat.of().formatHex(turned)), body),
                    () -> source + " " + number + ", bit " + position);
        }
    }

    @Test
    void upperCaseHexIsTheSameNumber() {
        assertTrue(signature.accepts(List.of("sha1=" + DIGEST.toUpperCase(Locale.ROOT)), BODY));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "sha1=",
                "sha1",
                DIGEST,
                "sha1:" + DIGEST,
                "sha1 =" + DIGEST,
                "sha1= " + DIGEST,
                " sha1=" + DIGEST,
                "sha1=" + DIGEST + " ",
                "sha1=" + DIGEST + "\n",
                "SHA1=" + DIGEST,
                "sha256=" + DIGEST,
                "sha-1=" + DIGEST,
                "sha1=" + DIGEST + "0",
                "sha1=0" + DIGEST,
                "sha1=" + DIGEST + "," + "sha1=" + DIGEST,
                "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c7",
                "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c7g",
                "sha1=0xfcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
                "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c7９",
                "sha1=7/zfauXrL6LSdBbV8YTfnCWafHk=",
                "sha1=0000000000000000000000000000000000000000"
            })
    void malformedHeadersAreRefused(String header) {
        assertFalse(signature.accepts(List.of(header), BODY));
    }

    @Test
    void exactlyOneHeaderIsTaken() {
        assertTrue(signature.accepts(List.of("sha1=" + DIGEST), BODY));
        assertFalse(signature.accepts(List.of(), BODY));
        assertFalse(signature.accepts(List.of("sha1=" + DIGEST, "sha1=" + DIGEST), BODY));
    }

    @Test
    void eachOfSeveralSecretsMaySignDuringARotation() {
        Signature rotating = new Signature(List.of("a new one", SECRET));

        assertTrue(rotating.accepts(List.of("sha1=" + DIGEST), BODY));
        assertFalse(new Signature(List.of("a new one")).accepts(List.of("sha1=" + DIGEST), BODY));
    }

    @Test
    void everyByteOfTheBodyCounts() {
        for (int i = 0; i < BODY.length; i++) {
            byte[] other = BODY.clone();
            other[i] ^= 1;
            assertFalse(signature.accepts(List.of("sha1=" + DIGEST), other));
        }
        assertFalse(signature.accepts(List.of("sha1=" + DIGEST), "what do ya want for nothing?\n".getBytes(UTF_8)));
    }
}
