package hearth.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.Bytes;
import hearth.model.api.ApiOperation;
import org.junit.jupiter.api.Test;

class BodyLimitsTest {
    @Test
    void areAwssForAwssPackages() {
        var limits = BodyLimits.of(new Bytes(52_428_800));

        assertThat(limits.of(ApiOperation.CREATE_FUNCTION)).isEqualTo(70_167_210);
        assertThat(limits.of(ApiOperation.INVOKE)).isEqualTo(6 << 20);
        assertThat(limits.tooLarge(ApiOperation.CREATE_FUNCTION).message())
                .isEqualTo("Request must be smaller than 70167211 bytes for the CreateFunction operation");
    }

    @Test
    void letAPackageOfAnySizeThroughInBase64() {
        var zip = Bytes.mebibytes(1024);
        assertThat((long) BodyLimits.of(zip).of(ApiOperation.UPDATE_FUNCTION_CODE))
                .isGreaterThan(zip.count() * 4 / 3 + 1000);
    }
}
