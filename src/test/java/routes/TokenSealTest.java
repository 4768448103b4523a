package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** What opens a sealed token, and what does not. */
class TokenSealTest {

    private static final SecretKey OLD = key(1);
    private static final SecretKey NEW = key(2);
    private static final String TOKEN = "dG9rOmFiY2RlZmdo=";

    private final SecureRandom random = new SecureRandom();

    private static SecretKey key(int fill) {
        byte[] bytes = new byte[32];
        java.util.Arrays.fill(bytes, (byte) fill);
        return new SecretKeySpec(bytes, "AES");
    }

    private TokenSeal seal(SecretKey... keys) {
        return new TokenSeal(List.of(keys), random);
    }

    @Test
    void theSameKeyOpensIt() {
        String sealed = seal(OLD).seal(TOKEN);

        assertEquals(new TokenSeal.Opened(TOKEN, false), seal(OLD).open(sealed));
        assertFalse(sealed.contains(TOKEN));
        assertFalse(new String(Base64.getDecoder().decode(sealed), java.nio.charset.StandardCharsets.ISO_8859_1)
                .contains(TOKEN));
    }

    @Test
    void noTwoAreAlike() {
        assertNotEquals(seal(OLD).seal(TOKEN), seal(OLD).seal(TOKEN));
    }

    @Test
    void anOlderKeyStillOpensAndSaysSo() {
        assertEquals(
                new TokenSeal.Opened(TOKEN, true), seal(NEW, OLD).open(seal(OLD).seal(TOKEN)));
        assertEquals(
                new TokenSeal.Opened(TOKEN, false),
                seal(NEW, OLD).open(seal(NEW).seal(TOKEN)));
    }

    @Test
    void anotherKeyDoesNot() {
        assertNull(seal(NEW).open(seal(OLD).seal(TOKEN)));
    }

    @Test
    void whatWasChangedDoesNotOpen() {
        byte[] sealed = Base64.getDecoder().decode(seal(OLD).seal(TOKEN));
        for (int i = 0; i < sealed.length; i++) {
            byte[] changed = sealed.clone();
            changed[i] ^= 1;
            assertNull(seal(OLD).open(Base64.getEncoder().encodeToString(changed)), "byte " + i);
        }
        assertNull(seal(OLD).open(TOKEN));
        assertNull(seal(OLD).open("no base64!"));
        assertNull(seal(OLD).open(""));
    }
}
