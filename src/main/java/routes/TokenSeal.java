package routes;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts the access token that the database keeps, with AES-GCM: whoever has the database without the key reads
 * nothing, and what was changed does not open. Thread-safe.
 */
final class TokenSeal {

    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    /** What else may one day be sealed with the same key is not to be taken for a token. */
    private static final byte[] PURPOSE = "Intercom access token".getBytes(StandardCharsets.UTF_8);

    private final List<SecretKey> keys;
    private final SecureRandom random;

    /** @param keys the first one seals, each opens */
    TokenSeal(List<SecretKey> keys, SecureRandom random) {
        this.keys = List.copyOf(keys);
        this.random = random;
    }

    /** @param outdated whether a key that no longer seals has opened it */
    record Opened(String token, boolean outdated) {}

    /** @return text for the database */
    String seal(String token) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] sealed =
                    cipher(Cipher.ENCRYPT_MODE, keys.get(0), nonce).doFinal(token.getBytes(StandardCharsets.UTF_8));
            byte[] whole = new byte[NONCE_BYTES + sealed.length];
            System.arraycopy(nonce, 0, whole, 0, NONCE_BYTES);
            System.arraycopy(sealed, 0, whole, NONCE_BYTES, sealed.length);
            return Base64.getEncoder().encodeToString(whole);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + CIPHER, e);
        }
    }

    /** @return the token; null when none of the keys opens it, or it was changed */
    @Nullable
    Opened open(String sealed) {
        byte[] whole;
        try {
            whole = Base64.getDecoder().decode(sealed);
        } catch (IllegalArgumentException e) {
            return null;
        }
        if (whole.length <= NONCE_BYTES) {
            return null;
        }
        for (SecretKey key : keys) {
            try {
                byte[] token =
                        cipher(Cipher.DECRYPT_MODE, key, whole).doFinal(whole, NONCE_BYTES, whole.length - NONCE_BYTES);
                return new Opened(new String(token, StandardCharsets.UTF_8), key != keys.get(0));
            } catch (AEADBadTagException e) {
                // Of another key: the next one is tried.
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every Java platform has " + CIPHER, e);
            }
        }
        return null;
    }

    private static Cipher cipher(int mode, SecretKey key, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(CIPHER);
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce, 0, NONCE_BYTES));
        cipher.updateAAD(PURPOSE);
        return cipher;
    }
}
