package routes.intercom;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Checks {@code X-Hub-Signature: sha1=<40 hex>}: Intercom's HMAC-SHA1 over the raw bytes of the body, keyed with the
 * app's client secret. Several secrets are accepted at once, so that a secret can be rotated without a gap.
 *
 * <p>Thread-safe: a {@link Mac} is made for each check.
 */
public final class Signature {

    public static final String HEADER = "X-Hub-Signature";

    private static final String ALGORITHM = "HmacSHA1";
    private static final String PREFIX = "sha1=";
    private static final int DIGITS = 40;

    private final List<SecretKeySpec> keys;

    /** @param secrets the client secrets that may sign, at least one, none empty */
    public Signature(List<String> secrets) {
        this(secrets.stream()
                .map(secret -> new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM))
                .toArray(SecretKeySpec[]::new));
    }

    private Signature(SecretKeySpec... keys) {
        this.keys = List.of(keys);
    }

    /** @param key any bytes: published HMAC vectors have keys that are no text */
    static Signature ofKey(byte[] key) {
        return new Signature(new SecretKeySpec(key, ALGORITHM));
    }

    /**
     * @param headers all values the sender gave for the header; anything but exactly one is refused
     * @param body the bytes as they came in: JSON written anew hashes differently
     * @return whether one of the secrets signed this body
     */
    public boolean accepts(List<String> headers, byte[] body) {
        if (headers.size() != 1 || !isSignature(headers.get(0))) {
            return false;
        }
        byte[] claimed = HexFormat.of().parseHex(headers.get(0), PREFIX.length(), PREFIX.length() + DIGITS);
        boolean valid = false;
        for (SecretKeySpec key : keys) {
            // No early exit: the time taken says nothing about which secret matched.
            valid |= MessageDigest.isEqual(claimed, hmac(key, body));
        }
        return valid;
    }

    private static boolean isSignature(String text) {
        return text.length() == PREFIX.length() + DIGITS
                && text.startsWith(PREFIX)
                && text.chars().skip(PREFIX.length()).allMatch(HexFormat::isHexDigit);
    }

    private static byte[] hmac(SecretKeySpec key, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }
}
